#include "impact/impact.hpp"

#include <doctest/doctest.h>

#include "states/instances.hpp"
#include "states/load_states.hpp"

namespace {

using namespace statelane;
using impact::Affected;
using impact::Cause;
using impact::CauseKind;
using impact::Change;
using impact::Impact;
using states::DirectoryFiles;
using states::State;
using states::StateGraph;

using Directories = std::unordered_map<RepoPath, DirectoryFiles>;

const Cause by_configuration = {
    {CauseKind::configuration_changed, RepoPath::of(config::file_name), std::nullopt, std::nullopt}};

/// A state that reads all files of its directory.
State state(const std::string& directory, std::optional<std::string> instance = std::nullopt) {
  State result;
  result.id = states::to_state_id(RepoPath::of(directory), instance);
  result.directory = RepoPath::of(directory);
  result.instance = std::move(instance);
  result.inputs = {{states::InputKind::own_directory, result.directory, "", {states::Reach{}}}};
  return result;
}

/// The states' directories hold configuration.
StateGraph graph(std::vector<State> states, std::vector<states::Edge> edges = {}, Directories directories = {}) {
  for (const State& each : states) directories.emplace(each.directory, DirectoryFiles{true, true});
  return {std::move(states), std::move(edges), std::move(directories), {}};
}

repo::FileChange change(const std::string& path, repo::ChangeKind kind = repo::ChangeKind::modified) {
  repo::FileChange result;
  result.path = RepoPath::of(path);
  result.kind = kind;
  return result;
}

/// The change of a base with `before` into a head with `after`.
Impact find(const StateGraph& before, const StateGraph& after, const repo::ChangeSet& changes = {},
            const std::set<std::string>& regrouped = {}, const std::unordered_set<RepoPath>& format_only = {}) {
  return impact::find_affected(before, after, {changes, format_only, regrouped});
}

std::vector<std::string> ids(const Impact& impact) {
  std::vector<std::string> result;
  for (const Affected& affected : impact.affected) result.push_back(affected.id);
  return result;
}

using Ids = std::vector<std::string>;

/// The state as it is, and with one thing of its lane changed by `edit`.
template <typename Edit>
Impact edited(const Edit& edit) {
  State after = state("a");
  edit(after);
  return find(graph({state("a")}), graph({after}));
}

}  // namespace

TEST_CASE("a file of a state touches it, with the file as cause, and nothing else") {
  const Impact found = find(graph({state("a"), state("b")}), graph({state("a"), state("b")}), {change("a/main.tf")});
  REQUIRE(found.affected.size() == 1);
  CHECK(found.affected[0].id == "a");
  CHECK(found.affected[0].change == Change::modified);
  CHECK(found.affected[0].causes ==
        std::vector<Cause>{{{CauseKind::file_changed, RepoPath::of("a/main.tf"), std::nullopt, std::nullopt},
                            {CauseKind::own_file, RepoPath::of("a"), std::nullopt, std::nullopt}}});
  CHECK(found.find("a") != nullptr);
  CHECK(found.find("b") == nullptr);
}

TEST_CASE("whatever the configuration changes of a lane makes it another, edges and gates do not") {
  CHECK(edited([](State&) {}).affected.empty());
  const auto is_other = [](const auto& edit) {
    const Impact found = edited(edit);
    return found.affected.size() == 1 && found.affected[0].causes == std::vector<Cause>{by_configuration};
  };
  CHECK(is_other([](State& lane) { lane.var_files = {RepoPath::of("common.tfvars")}; }));
  CHECK(is_other([](State& lane) { lane.backend_config = {{RepoPath::of("backend.tfvars"), ""}}; }));
  CHECK(is_other([](State& lane) { lane.backend_config = {{std::nullopt, "key=x"}}; }));
  CHECK(is_other([](State& lane) { lane.variables = {{"TF_VAR_x", "1"}}; }));
  CHECK(is_other([](State& lane) { lane.workspace = "prod"; }));
  CHECK(is_other([](State& lane) { lane.tool = "tofu"; }));
  CHECK(is_other([](State& lane) { lane.gitlab_state = "a"; }));
  CHECK(is_other([](State& lane) { lane.kind = states::StateKind::custom; }));
  CHECK(is_other([](State& lane) { lane.settings.commands.emplace(); }));
  CHECK(edited([](State& lane) { lane.settings.depends_on.emplace(); }).affected.empty());
}

TEST_CASE("other commands of a lane outside Terraform are another lane") {
  const auto with_plan = [](const std::string& program) {
    State lane = state("a");
    lane.kind = states::StateKind::custom;
    lane.settings.commands.emplace();
    lane.settings.commands->plan = {program};
    return graph({lane});
  };
  CHECK(find(with_plan("one"), with_plan("one")).affected.empty());
  CHECK(ids(find(with_plan("one"), with_plan("two"))) == Ids{"a"});
}

TEST_CASE("a state that is gone is deleted, and retired where its directory still has configuration") {
  const auto fate = [](const StateGraph& before, const StateGraph& after) {
    const Impact found = find(before, after);
    REQUIRE(found.affected.size() == 1);
    return found.affected[0].change;
  };
  CHECK(fate(graph({state("a")}), graph({})) == Change::deleted);
  CHECK(fate(graph({state("a")}), graph({}, {}, {{RepoPath::of("a"), {true, true}}})) == Change::retired);
  CHECK(fate(graph({}), graph({state("a")})) == Change::added);
}

TEST_CASE("an instance that left is deleted though its directory has others, and retired where it has none any more") {
  const auto before = graph({state("a", "dev"), state("a", "prod")});
  const Impact left = find(before, graph({state("a", "prod")}));
  REQUIRE(left.affected.size() == 1);
  CHECK(left.affected[0].id == "a@dev");
  CHECK(left.affected[0].change == Change::deleted);
  const Impact merged = find(before, graph({state("a")}));
  REQUIRE(ids(merged) == Ids{"a", "a@dev", "a@prod"});
  CHECK(merged.affected[1].change == Change::retired);
}

TEST_CASE(
    "a state that reads other files than before is affected by the configuration only where nothing else says why") {
  const auto graph_of_a = graph({state("a")});
  const Impact alone = find(graph_of_a, graph_of_a, {}, {"a"});
  REQUIRE(alone.affected.size() == 1);
  CHECK(alone.affected[0].causes == std::vector<Cause>{by_configuration});
  const Impact with_a_file = find(graph_of_a, graph_of_a, {change("a/main.tf")}, {"a"});
  REQUIRE(with_a_file.affected.size() == 1);
  REQUIRE(with_a_file.affected[0].causes.size() == 1);
  CHECK(with_a_file.affected[0].causes[0].front().kind == CauseKind::file_changed);
}

TEST_CASE("a change of layout only skips the state, and a skipped state is no dependent") {
  // b depends on a.
  const std::vector<states::Edge> edges = {{1, 0, states::EdgeKind::remote_state, {RepoPath::of("b/main.tf"), 1}}};
  const auto both = graph({state("a"), state("b")}, edges);
  const Impact found = find(both, both, {change("a/main.tf"), change("b/main.tf")}, {}, {RepoPath::of("b/main.tf")});
  CHECK(ids(found) == Ids{"a"});
  CHECK(found.skipped == std::vector<impact::Skipped>{{"b", {RepoPath::of("b/main.tf")}}});
  CHECK(found.dependents.empty());
  const Impact untouched = find(both, both, {change("a/main.tf")});
  CHECK(untouched.dependents == Ids{"b"});
}

TEST_CASE("layout of a module below the state that calls it is layout, unless the state reads it as data") {
  const RepoPath file = RepoPath::of("a/modules/m/main.tf");
  const auto is_skipped = [&](const std::vector<states::Input>& more, const RepoPath& changed) {
    State lane = state("a");
    lane.inputs.insert(lane.inputs.end(), more.begin(), more.end());
    return find(graph({lane}), graph({lane}), {change(changed.str())}, {}, {changed}).affected.empty();
  };
  const states::Input module{states::InputKind::module_directory, RepoPath::of("a/modules/m"), "", {states::Reach{}}};
  const states::Input around{states::InputKind::module_directory, RepoPath::of("a/modules"), "", {states::Reach{}}};
  const states::Input data{states::InputKind::data_directory, RepoPath::of("a/modules"), "", {states::Reach{}}};
  CHECK(is_skipped({module}, file));
  CHECK(is_skipped({around, module}, file));
  CHECK(!is_skipped({}, file));
  CHECK(!is_skipped({around}, file));
  CHECK(!is_skipped({module, data}, file));
  CHECK(!is_skipped({module}, RepoPath::of("a/modules/m/readme.txt")));
  CHECK(!is_skipped({module}, RepoPath::of("a/modules/m/deep/x.tf")));
}

TEST_CASE("dependents through others are named once, in circles too") {
  const auto edge = [](std::uint32_t from, std::uint32_t to) {
    return states::Edge{from, to, states::EdgeKind::remote_state, {RepoPath::of("x.tf"), 1}};
  };
  const auto three = graph({state("a"), state("b"), state("c")}, {edge(0, 2), edge(1, 0), edge(2, 1)});
  CHECK(find(three, three, {change("a/main.tf")}).dependents == Ids{"b", "c"});
}

TEST_CASE("infrastructure that no state reads is unclaimed, on whichever side it is") {
  const auto some = graph({state("a")});
  CHECK(find(some, some, {change("old/main.tf", repo::ChangeKind::deleted)}).unclaimed ==
        std::vector{RepoPath::of("old/main.tf")});
  CHECK(find(some, some, {change("a/main.tf"), change("notes.txt")}).unclaimed.empty());
  const auto with_templates = graph({state("a")}, {}, {{RepoPath::of("kit"), {true, true}}});
  // Below a directory of configuration in base only, in head only, in both.
  for (const auto& [before, after] :
       {std::pair{with_templates, some}, {some, with_templates}, {with_templates, with_templates}})
    CHECK(find(before, after, {change("kit/script.sh")}).unclaimed == std::vector{RepoPath::of("kit/script.sh")});
  CHECK(find(some, some, {change("kit/script.sh")}).unclaimed.empty());
}

TEST_CASE("files that are alike make a deleted state one that moved, and the new one's warning names it") {
  const auto keyed = [](const std::string& directory) {
    State result = state(directory);
    result.backend = states::BackendIdentity{"s3", {{"bucket", "b"}, {"key", directory}}, {}, {}};
    return result;
  };
  repo::ChangeSet changes = {change("a/main.tf", repo::ChangeKind::deleted),
                             change("q/main.tf", repo::ChangeKind::added)};
  changes[0].before.bytes[0] = 1;
  changes[1].after.bytes[0] = 2;
  const auto before = graph({keyed("a")});
  const auto after = graph({keyed("q")});
  CHECK(find(before, after, changes).successors.empty());
  repo::ChangeSet alike = changes;
  alike[0].before = alike[1].after;
  const Impact found = impact::find_affected(before, after, {changes, {}, {}, &alike});
  CHECK(found.successors == std::map<std::string, std::string>{{"a", "q"}});
  CHECK(found.find("q")->orphans == "a");
}
