// What the job helper says before an apply and after a failure of Terraform, each message whole.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>
#include <map>

#include "runner/plan_metadata.hpp"
#include "runner/terraform_messages.hpp"
#include "support/golden_cases.hpp"
#include "support/source_directory.hpp"

using namespace statelane;
using runner::ApplyConditions;

namespace {

/// What is different from the plan where it is applied.
const std::map<std::string, std::function<void(runner::PlanMetadata&, ApplyConditions&)>> differences = {
    {"state", [](auto&, auto& conditions) { conditions.now.state = "network/test"; }},
    {"no destroy job", [](auto& planned, auto&) { planned.destroy = true; }},
    {"destroy job", [](auto&, auto& conditions) { conditions.now.destroy = true; }},
    {"commit", [](auto&, auto& conditions) { conditions.now.commit = std::string(40, '2'); }},
    {"no commit", [](auto& planned, auto&) { planned.commit = ""; }},
    {"pipeline", [](auto&, auto& conditions) { conditions.now.root_pipeline = ""; }},
    {"plan file", [](auto&, auto& conditions) { conditions.now.plan_digest = "other"; }},
    {"plan.txt", [](auto&, auto& conditions) { conditions.now.text_digest = "other"; }},
    {"inputs", [](auto&, auto& conditions) { conditions.now.inputs_digest = "other"; }},
    {"lock file", [](auto&, auto& conditions) { conditions.now.lock_file_digest = "other"; }},
    {"lock file gone", [](auto& planned, auto&) { planned.lock_file_digest = "c"; }},
    {"file",
     [](auto&, auto& conditions) {
       conditions.changed_files = {{runner::Guard::files, "a file differs", "make it once"}};
     }},
    {"directory",
     [](auto& planned, auto& conditions) {
       planned.checkout = "/builds/a/p";
       conditions.now.checkout = "/builds/b/p";
     }},
    {"tool", [](auto&, auto& conditions) { conditions.now.tool_version = "1.10.0"; }},
    {"other tool",
     [](auto& planned, auto& conditions) {
       planned.tool_name = "Terraform";
       conditions.now.tool_name = "OpenTofu";
     }},
    {"time", [](auto&, auto& conditions) { conditions.time = 1700600001; }},
    {"merge request", [](auto&, auto& conditions) { conditions.in_merge_request = true; }},
    {"branch", [](auto&, auto& conditions) { conditions.branch = "topic"; }},
    {"no branch", [](auto&, auto& conditions) { conditions.branch = ""; }},
    {"no apply branch", [](auto&, auto& conditions) { conditions.apply_branches.emplace(); }},
    {"freeze", [](auto&, auto& conditions) { conditions.deploy_freeze = "true"; }},
    {"destroys", [](auto&, auto& conditions) { conditions.max_destroy = 2; }},
    {"incomplete",
     [](auto& planned, auto& conditions) {
       planned.is_complete = false;
       conditions.is_recorded = true;
     }},
    {"empty state",
     [](auto& planned, auto& conditions) {
       planned.was_empty = true;
       conditions.existed_at_base = true;
     }},
    {"still used",
     [](auto& planned, auto& conditions) {
       planned.destroy = conditions.now.destroy = true;
       conditions.still_used_by = "network/other";
     }},
};

std::string refuse(const support::GoldenCase& one) {
  std::string text;
  for (std::size_t begin = 0; begin < one.input.size();) {
    const std::size_t end = one.input.find('\n', begin);
    runner::PlanMetadata planned;
    planned.state = "network/prod";
    planned.commit = std::string(40, '1');
    planned.root_pipeline = "700";
    planned.destroys = 3;
    planned.tool = "terraform";
    planned.tool_version = "1.11.4";
    planned.expires = 1700600000;
    ApplyConditions conditions;
    conditions.now = planned;
    conditions.time = 1700000001;
    conditions.branch = "main";
    conditions.apply_branches = std::vector<std::string>{"main"};
    differences.at(one.input.substr(begin, end - begin))(planned, conditions);
    for (const auto& refusal : runner::find_refusals(planned, conditions)) {
      text += fmt::format("{}\n  {}\n  {}\n", refusal.message, refusal.fix, runner::option_of(refusal.guard));
    }
    begin = end + 1;
  }
  return text;
}

std::string explain(const support::GoldenCase& one) {
  std::string text;
  for (const auto& explanation :
       runner::explain_failure(one.input, {"terraform -chdir=network/prod", "network/prod", one.reader == "apply"})) {
    text += explanation.place.empty() ? "" : explanation.place + ": ";
    text += fmt::format("{}\n  {}\n", explanation.message, explanation.fix);
  }
  return text;
}

}  // namespace

TEST_CASE("each reason not to apply a plan is one sentence, with the fix and the option that passes it") {
  support::check_golden_cases(support::source_directory() / "tests/runner/goldens/refusals.md", refuse);
}

TEST_CASE("each failure of Terraform that is known is explained, with the fix") {
  support::check_golden_cases(support::source_directory() / "tests/runner/goldens/failures.md", explain);
}
