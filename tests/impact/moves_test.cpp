#include "impact/moves.hpp"

#include <doctest/doctest.h>

namespace {

using namespace statelane;
using Names = std::map<std::string, std::string>;

states::State state(const std::string& id, const std::string& key) {
  states::State result;
  result.id = id;
  result.directory = RepoPath::of(id);
  if (!key.empty()) result.backend = states::BackendIdentity{"s3", {{"key", key}}, {}, {}};
  return result;
}

states::StateGraph graph(std::vector<states::State> states) { return {std::move(states), {}, {}, {}}; }

ContentId content(std::uint8_t number) {
  ContentId id;
  id.bytes[0] = number;
  return id;
}

repo::FileChange deleted(const std::string& path, std::uint8_t number) {
  repo::FileChange change;
  change.path = RepoPath::of(path);
  change.kind = repo::ChangeKind::deleted;
  change.before = content(number);
  return change;
}

repo::FileChange added(const std::string& path, std::uint8_t number) {
  repo::FileChange change;
  change.path = RepoPath::of(path);
  change.kind = repo::ChangeKind::added;
  change.after = content(number);
  return change;
}

}  // namespace

TEST_CASE("a state moved when its identity is found under another id") {
  CHECK(impact::find_moves(graph({state("a", "k"), state("b", "l")}), graph({state("b", "l"), state("c", "k")})) ==
        Names{{"c", "a"}});
}

TEST_CASE("no move: the old id is still there, the identity is not known, or it is another") {
  CHECK(impact::find_moves(graph({state("a", "k")}), graph({state("a", "k"), state("c", "k")})).empty());
  CHECK(impact::find_moves(graph({state("a", "")}), graph({state("c", "")})).empty());
  CHECK(impact::find_moves(graph({state("a", "k")}), graph({state("c", "l")})).empty());
  auto unknown = state("a", "k");
  unknown.backend->unknown = {"bucket"};
  auto moved = unknown;
  moved.id = "c";
  CHECK(impact::find_moves(graph({unknown}), graph({moved})).empty());
}

TEST_CASE("a state of base is taken once, in the order of ids") {
  CHECK(impact::find_moves(graph({state("a", "k"), state("b", "k")}),
                           graph({state("x", "k"), state("y", "k"), state("z", "k")})) ==
        Names{{"x", "a"}, {"y", "b"}});
}

TEST_CASE("values that only look alike when joined are different identities") {
  auto one = state("a", "k");
  one.backend->known = {{"bucket", "x"}, {"key", "yz"}};
  auto other = state("c", "k");
  other.backend->known = {{"bucket", "xy"}, {"key", "z"}};
  CHECK(impact::find_moves(graph({one}), graph({other})).empty());
}

TEST_CASE("files that moved under another identity would orphan the resources") {
  const auto base = graph({state("a", "a/state")});
  const auto head = graph({state("b", "b/state")});
  const repo::ChangeSet changes = {deleted("a/backend.tf", 1), deleted("a/main.tf", 2), deleted("a/vars.tf", 3),
                                   added("b/backend.tf", 9),   added("b/main.tf", 2),   added("b/vars.tf", 3)};
  CHECK(impact::find_orphaning_moves(base, head, changes, {}) == Names{{"b", "a"}});
  CHECK(impact::find_orphaning_moves(base, head, changes, {{"b", "a"}}).empty());
}

TEST_CASE("a shared file alone, or an identity that may be the same, orphans nothing") {
  const auto head = graph({state("b", "b/state")});
  const repo::ChangeSet one_of_three = {deleted("a/main.tf", 1), deleted("a/provider.tf", 2), deleted("a/x.tf", 3),
                                        added("b/main.tf", 8), added("b/provider.tf", 2)};
  CHECK(impact::find_orphaning_moves(graph({state("a", "a/state")}), head, one_of_three, {}).empty());
  const repo::ChangeSet whole = {deleted("a/main.tf", 1), added("b/main.tf", 1)};
  CHECK(impact::find_orphaning_moves(graph({state("a", "")}), graph({state("b", "")}), whole, {}).empty());
  CHECK(impact::find_orphaning_moves(graph({state("a", "a/state")}), head,
                                     {deleted("a/README.md", 1), added("b/README.md", 1)}, {})
            .empty());
}

TEST_CASE("a file that many states share tells none of them, and a thousand moves are matched one by one") {
  std::vector<states::State> before, after;
  repo::ChangeSet changes;
  for (int index = 0; index < 1000; ++index) {
    const std::string name = std::to_string(10000 + index);
    before.push_back(state("a" + name, "a" + name));
    after.push_back(state("b" + name, "b" + name));
    for (const bool is_added : {false, true}) {
      ContentId own = content(7);
      own.bytes[1] = static_cast<std::uint8_t>(index % 256);
      own.bytes[2] = static_cast<std::uint8_t>(index / 256);
      repo::FileChange shared =
          is_added ? added("b" + name + "/provider.tf", 1) : deleted("a" + name + "/provider.tf", 1);
      repo::FileChange main = is_added ? added("b" + name + "/main.tf", 0) : deleted("a" + name + "/main.tf", 0);
      (is_added ? main.after : main.before) = own;
      changes.push_back(shared);
      changes.push_back(main);
    }
  }
  const auto orphaning = impact::find_orphaning_moves(graph(before), graph(after), changes, {});
  CHECK(orphaning.size() == 1000);
  CHECK(orphaning.at("b10999") == "a10999");
}
