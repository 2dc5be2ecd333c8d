#include "emit/status.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace statelane;
using comparison::Standing;
using comparison::StateStanding;

namespace {

applied::Deployment deployment(char digit, const std::string& job, const std::string& branch) {
  applied::Deployment result;
  result.commit = std::string(40, digit);
  result.job = job;
  result.branch = branch;
  result.user = "ada";
  result.finished_at = "2024-01-02T00:00:00Z";
  return result;
}

StateStanding standing(const std::string& id, Standing how) {
  StateStanding result;
  result.id = id;
  result.standing = how;
  return result;
}

emit::Status fleet() {
  emit::Status status;
  status.head = std::string(40, 'f');
  status.branch = "main";
  status.source = applied::Source::api;
  StateStanding failed = standing("b", Standing::failed);
  failed.record.applied = deployment('a', "apply: b", "main");
  failed.record.failed = deployment('b', "apply: b", "main");
  StateStanding foreign = standing("c", Standing::foreign);
  foreign.record.applied = deployment('a', "", "main");
  foreign.record.foreign = deployment('c', "deploy", "feature");
  StateStanding offered = standing("d", Standing::never_applied);
  offered.record.offered = deployment('d', "apply: d", "main");
  status.standings.states = {standing("a", Standing::applied), failed, foreign, offered};
  status.drift["b"] = {true, "0 to add, 1 to change, 0 to destroy"};
  return status;
}

}  // namespace

TEST_CASE("the table has what needs a person first, and what the world says where somebody asked") {
  CHECK(emit::render_status_text(fleet(), {}) ==
        "ffffffffffff on main, by GitLab's deployments\n"
        "\n"
        "STATE  STATUS         APPLIED                  WORLD                                WHY\n"
        "b      failed         aaaaaaaaaaaa 2024-01-02  0 to add, 1 to change, 0 to destroy  an apply of bbbbbbbbbbbb "
        "failed\n"
        "d      never applied  -                        -                                    -\n"
        "c      foreign        aaaaaaaaaaaa 2024-01-02  -                                    cccccccccccc deployed "
        "from feature\n"
        "a      applied        -                        -                                    -\n"
        "\n"
        "4 states: 1 failed, 1 never applied, 1 foreign, 1 applied\n");
}

TEST_CASE("one state is a tree of all that is known of it") {
  const emit::Status status = fleet();
  const auto tree = [&](const std::string& id) {
    return emit::render_status_tree(status, *status.standings.find(id), {});
  };
  CHECK(tree("b") ==
        "b  failed\n"
        "├ applied: aaaaaaaaaaaa at 2024-01-02T00:00:00Z by ada\n"
        "├ failed: bbbbbbbbbbbb at 2024-01-02T00:00:00Z by ada\n"
        "├ the world: 0 to add, 1 to change, 0 to destroy; an apply that failed\n"
        "└ ffffffffffff on main, by GitLab's deployments\n");
  CHECK(tree("c") ==
        "c  foreign\n"
        "├ applied: aaaaaaaaaaaa at 2024-01-02T00:00:00Z recorded without a job by ada\n"
        "├ from elsewhere: cccccccccccc at 2024-01-02T00:00:00Z by the job deploy on feature by ada\n"
        "└ ffffffffffff on main, by GitLab's deployments\n");
  CHECK(tree("d") ==
        "d  never applied\n"
        "├ applied: no record\n"
        "├ offered, and not pressed: dddddddddddd at 2024-01-02T00:00:00Z by ada\n"
        "└ ffffffffffff on main, by GitLab's deployments\n");
}

TEST_CASE("of many causes a tree shows the first") {
  emit::Status status = fleet();
  StateStanding& state = status.standings.states.front();
  state.affected = impact::Affected{"a", impact::Change::modified, "", {}};
  for (int index = 0; index < 9; ++index) {
    const auto path = RepoPath::of(fmt::format("a/{}.tf", index));
    state.affected->causes.push_back({{impact::CauseKind::file_changed, path, std::nullopt, std::nullopt}});
  }
  const std::string text = emit::render_status_tree(status, state, {});
  CHECK(text.find("│   a/5.tf changed\n│   … and 3 more\n") != std::string::npos);
}
