#include "impact/successors.hpp"

#include <doctest/doctest.h>

namespace {

using namespace statelane;
using impact::Change;

ContentId content(std::uint8_t number) {
  ContentId id;
  id.bytes[0] = number;
  return id;
}

repo::FileChange deleted(std::string_view path, std::uint8_t number) {
  repo::FileChange change;
  change.path = RepoPath::of(path);
  change.kind = repo::ChangeKind::deleted;
  change.before = content(number);
  return change;
}

repo::FileChange added(std::string_view path, std::uint8_t number) {
  repo::FileChange change;
  change.path = RepoPath::of(path);
  change.kind = repo::ChangeKind::added;
  change.after = content(number);
  return change;
}

states::StateGraph graph_of(const std::vector<std::string>& ids) {
  std::vector<states::State> all;
  for (const std::string& id : ids) {
    all.emplace_back();
    all.back().id = id;
    all.back().directory = RepoPath::of(id);
  }
  return {std::move(all), {}, {}, {}};
}

/// "old" went and "new" came.
std::map<std::string, std::string> find(const repo::ChangeSet& changes) {
  impact::Impact impact;
  impact.affected = {{"new", Change::added, "", {}}, {"old", Change::deleted, "", {}}};
  return impact::find_successors(impact, graph_of({"old"}), graph_of({"new"}), changes);
}

}  // namespace

TEST_CASE("a deleted state whose files are in a new one looks moved") {
  CHECK(find({added("new/backend.tf", 1), added("new/main.tf", 2), deleted("old/backend.tf", 9),
              deleted("old/main.tf", 2)}) == std::map<std::string, std::string>{{"old", "new"}});
}

TEST_CASE("configuration in every syntax tells where a state went") {
  for (const std::string ending : {".tf", ".tf.json", ".tofu", ".tofu.json"}) {
    CAPTURE(ending);
    CHECK(find({added("new/main" + ending, 2), deleted("old/main" + ending, 2)}).size() == 1);
  }
}

TEST_CASE("a minority of common files, or none that is configuration, is no move") {
  CHECK(find({added("new/main.tf", 2), deleted("old/a.tf", 3), deleted("old/b.tf", 4), deleted("old/main.tf", 2)})
            .empty());
  CHECK(find({added("new/.terraform.lock.hcl", 2), deleted("old/.terraform.lock.hcl", 2)}).empty());
  CHECK(find({added("elsewhere/main.tf", 2), deleted("old/main.tf", 2)}).empty());
  CHECK(find({added("new/main.tf", 0), deleted("old/main.tf", 0)}).empty());
}
