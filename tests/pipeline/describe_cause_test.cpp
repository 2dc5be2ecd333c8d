#include "pipeline/describe_cause.hpp"

#include <doctest/doctest.h>

using statelane::RepoPath;
using statelane::impact::Cause;
using statelane::impact::CauseKind;
using statelane::pipeline::describe_cause;

namespace {

statelane::impact::CauseStep step(CauseKind kind, std::string_view path = "", std::uint32_t line = 0,
                                  std::string state = "") {
  statelane::impact::CauseStep result{kind, RepoPath::of(path), std::nullopt, std::nullopt};
  if (line != 0) result.line = line;
  if (!state.empty()) result.state = state;
  return result;
}

}  // namespace

TEST_CASE("a chain reads from the changed path to the state") {
  CHECK(describe_cause({step(CauseKind::file_changed, "modules/vpc/main.tf"),
                        step(CauseKind::module_changed, "modules/net/main.tf", 3),
                        step(CauseKind::module_changed, "network/prod/main.tf", 12)}) ==
        "modules/vpc/main.tf changed, in a module called at modules/net/main.tf:3, in a module called at "
        "network/prod/main.tf:12");
}

TEST_CASE("each kind of step has its phrase") {
  const Cause changed = {step(CauseKind::file_changed, "x")};
  const auto phrase = [&](const statelane::impact::CauseStep& second) { return describe_cause({changed[0], second}); };
  CHECK(phrase(step(CauseKind::own_file, "a")) == "x changed, a file of the state's directory");
  CHECK(phrase(step(CauseKind::reference_changed, "a/main.tf", 4)) == "x changed, read at a/main.tf:4");
  CHECK(phrase(step(CauseKind::variable_file_changed)) == "x changed, a variable file");
  CHECK(phrase(step(CauseKind::backend_file_changed, ".statelane.yml")) ==
        "x changed, a backend file by .statelane.yml");
  CHECK(phrase(step(CauseKind::lock_file_changed)) == "x changed, the dependency lock file");
  CHECK(phrase(step(CauseKind::version_pin_changed)) == "x changed, a pin of the tool's version");
  CHECK(phrase(step(CauseKind::input_configured, ".statelane.yml", 9)) == "x changed, an input by .statelane.yml:9");
  CHECK(phrase(step(CauseKind::link_changed, "a/main.tf", 2)) ==
        "x changed, a symbolic link on the way from a/main.tf:2");
  CHECK(phrase(step(CauseKind::attributes_changed)) == "x changed, and with it what a checkout holds");
  CHECK(phrase(step(CauseKind::dependency_affected, "b/main.tf", 7, "a")) == "x changed, depends on a by b/main.tf:7");
  CHECK(describe_cause({step(CauseKind::configuration_changed, ".statelane.yml")}) ==
        ".statelane.yml changed this lane");
  CHECK(describe_cause({step(CauseKind::requested)}) == "asked for");
  CHECK(describe_cause({step(CauseKind::never_applied)}) == "merged and never applied");
  CHECK(describe_cause({step(CauseKind::apply_failed)}) == "an apply failed after the last one that succeeded");
  CHECK(describe_cause({step(CauseKind::deployed_elsewhere)}) == "deployed from another branch");
  CHECK(describe_cause({step(CauseKind::applied_unknown)}) == "what was applied last is not to be had");
}
