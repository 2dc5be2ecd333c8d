// Laws of `find_affected`, over many small repositories made from a seed.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "impact/impact.hpp"
#include "impact/regrouping.hpp"
#include "repo/memory_tree.hpp"
#include "states/existing_inputs.hpp"
#include "states/load_states.hpp"

namespace {

using namespace statelane;
using Files = std::map<RepoPath, repo::MemoryTree::File>;
using Random = std::mt19937;

constexpr int teams = 6;

std::size_t below(Random& random, std::size_t bound) { return random() % bound; }

void put(Files& files, const std::string& path, const std::string& text) { files[RepoPath::of(path)] = {text}; }

std::string backend(const std::string& key) {
  return fmt::format("terraform {{\n  backend \"s3\" {{\n    bucket = \"b\"\n    key    = \"{}\"\n  }}\n}}\n", key);
}

/// Teams with two states each, modules that call each other, data that several read.
Files make_repository() {
  Files files;
  for (const char* module : {"one", "two", "three"}) put(files, fmt::format("modules/{}/main.tf", module), "# m\n");
  put(files, "modules/one/main.tf", "module \"two\" {\n  source = \"../two\"\n}\n");
  put(files, "shared/list.json", "[]");
  for (int team = 0; team < teams; ++team) {
    const std::string place = fmt::format("team{}", team);
    put(files, place + "/app/backend.tf", backend(place + "/app"));
    put(files, place + "/app/main.tf", "module \"m\" {\n  source = \"../../modules/one\"\n}\n");
    put(files, place + "/net/backend.tf", backend(place + "/net"));
    put(files, place + "/net/main.tf",
        "locals {\n  a = file(\"../../shared/list.json\")\n  b = fileset(path.module, \"rules/*.json\")\n}\n");
    put(files, place + "/net/rules/a.json", "{}");
    put(files, place + "/net/terraform.tfvars", "x = 1\n");
  }
  return files;
}

/// One random change that stays below `place`, so that changes of two places cannot meet.
void change(Files& files, const std::string& place, Random& random, int serial) {
  const std::string text = fmt::format("# {}\n", serial);
  switch (below(random, 10)) {
    case 0: return put(files, place + "/app/main.tf", text);
    case 1: return put(files, place + "/net/rules/b.json", text);
    case 2: return put(files, place + "/net/terraform.tfvars", text);
    case 3: return void(files.erase(RepoPath::of(place + "/net/terraform.tfvars")));
    case 4: return void(files.erase(RepoPath::of(place + "/app/backend.tf")));
    case 5: return put(files, place + "/app/inner/main.tf", backend(place + "/inner"));
    case 6: return put(files, place + "/app/main.tf", "module \"m\" {\n  source = \"../../modules/three\"\n}\n");
    case 7: return put(files, place + "/net/README.md", text);
    case 8: {
      for (const char* name : {"backend.tf", "main.tf"}) {
        const auto found = files.find(RepoPath::of(place + "/app/" + name));
        if (found == files.end()) continue;
        put(files, place + "/moved/" + name, found->second.content);
        files.erase(found);
      }
      return;
    }
    default: return put(files, fmt::format("{}/app/new{}.tf", place, serial), text);
  }
}

/// A repository at one moment.
struct Revision {
  explicit Revision(const Files& files) : tree(files) { states = states::load_states(tree, {}, facts, faults); }

  repo::MemoryTree tree;
  facts::FactStore facts;
  Diagnostics faults;
  states::LoadedStates states;
};

impact::Impact compare(const Revision& base, const Revision& head, Random* shuffle = nullptr) {
  repo::ChangeSet changes = repo::diff_trees(&base.tree, &head.tree);
  std::set<std::string> regrouped;
  for (const std::string& id : impact::find_regrouping_candidates(base.states.graph, head.states.graph)) {
    auto inputs = states::find_regrouped_inputs(base.tree, base.states.graph, head.tree, head.states.graph, id);
    std::erase_if(inputs, [&](const RepoPath& path) {
      return std::any_of(changes.begin(), changes.end(), [&](const auto& each) { return each.path == path; });
    });
    if (!inputs.empty()) regrouped.insert(id);
  }
  if (shuffle != nullptr) std::shuffle(changes.begin(), changes.end(), *shuffle);
  return impact::find_affected(base.states.graph, head.states.graph, {changes, {}, regrouped});
}

/// A moved state counts under both names.
std::set<std::string> ids_of(const impact::Impact& impact) {
  std::set<std::string> ids;
  for (const impact::Affected& affected : impact.affected) {
    ids.insert(affected.id);
    if (!affected.from.empty()) ids.insert(affected.from);
  }
  return ids;
}

}  // namespace

TEST_CASE("two changes that do not meet touch together what each touches alone") {
  const Files before = make_repository();
  const Revision base(before);
  for (unsigned seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Files one = before, other = before, both = before;
    for (int step = 0; step < 4; ++step) {
      const std::string place = fmt::format("team{}", below(random, teams));
      const bool is_of_one = place < "team3";
      Files& alone = is_of_one ? one : other;
      Random again = random;
      change(alone, place, random, step);
      change(both, place, again, step);
    }
    std::set<std::string> together = ids_of(compare(base, Revision(one)));
    together.merge(ids_of(compare(base, Revision(other))));
    CHECK(ids_of(compare(base, Revision(both))) == together);
  }
}

TEST_CASE("changes of shared modules and data join with changes of states") {
  const Files before = make_repository();
  const Revision base(before);
  for (const char* path : {"modules/two/main.tf", "modules/one/new.tf", "shared/list.json"}) {
    Files one = before, other = before, both = before;
    for (Files* files : {&one, &both}) put(*files, path, "# changed\n");
    for (Files* files : {&other, &both}) put(*files, "team1/app/more.tf", "# more\n");
    std::set<std::string> together = ids_of(compare(base, Revision(one)));
    CHECK(together.size() == teams);
    together.merge(ids_of(compare(base, Revision(other))));
    CHECK(ids_of(compare(base, Revision(both))) == together);
  }
}

TEST_CASE("the order of changes does not matter, and taking them back touches the same states") {
  const Files before = make_repository();
  const Revision base(before);
  for (unsigned seed = 100; seed < 140; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Files after = before;
    for (int step = 0; step < 6; ++step) change(after, fmt::format("team{}", below(random, teams)), random, step);
    const Revision head(after);
    const impact::Impact impact = compare(base, head);
    const impact::Impact shuffled = compare(base, head, &random);
    CHECK(shuffled.affected == impact.affected);
    CHECK(shuffled.skipped == impact.skipped);
    CHECK(shuffled.dependents == impact.dependents);
    CHECK(shuffled.unclaimed == impact.unclaimed);
    CHECK(ids_of(compare(head, base)) == ids_of(impact));
  }
}

TEST_CASE("nothing changed, nothing is touched") {
  const Revision revision(make_repository());
  const impact::Impact impact = compare(revision, revision);
  CHECK(impact.affected.empty());
  CHECK(impact.unclaimed.empty());
}
