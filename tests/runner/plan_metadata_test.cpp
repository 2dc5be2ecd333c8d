#include "runner/plan_metadata.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "support/words_of_error.hpp"

using statelane::runner::all_guards;
using statelane::runner::ApplyConditions;
using statelane::runner::find_refusals;
using statelane::runner::Guard;
using statelane::runner::help_of;
using statelane::runner::option_of;
using statelane::runner::parse_metadata;
using statelane::runner::PlanMetadata;
using statelane::runner::Refusal;
using statelane::runner::render_metadata;
using statelane::runner::sift;
using statelane::support::words_of_error;

namespace {

PlanMetadata planned() {
  PlanMetadata result;
  result.state = "network/prod";
  result.commit = "1111111111111111111111111111111111111111";
  result.root_pipeline = "700";
  result.has_changes = true;
  result.create = 2;
  result.remove = 3;
  result.destroys = 3;
  result.plan_digest = std::string(64, 'a');
  result.inputs_digest = std::string(64, 'b');
  result.lock_file_digest = std::string(64, 'c');
  result.helper_version = "0.1.0";
  result.tool = "terraform";
  result.tool_name = "Terraform";
  result.tool_version = "1.11.4";
  result.var_files = {"prod.tfvars"};
  result.created = 1700000000;
  result.expires = 1700600000;
  result.stored_state = {{"type", "s3"}, {"key", "prod"}, {"workspace", "default"}};
  result.files = {{"net/build/f.zip", std::string(64, 'd'), 7, true}};
  result.checkout = "/builds/a/p";
  return result;
}

/// What is refused when one thing is different now.
std::vector<Refusal> refusals(const std::function<void(ApplyConditions&)>& change) {
  ApplyConditions conditions;
  conditions.now = planned();
  conditions.time = 1700000001;
  conditions.branch = "main";
  conditions.apply_branches = std::vector<std::string>{"main"};
  change(conditions);
  return find_refusals(planned(), conditions);
}

Refusal only_refusal(const std::function<void(ApplyConditions&)>& change) {
  const auto found = refusals(change);
  REQUIRE(found.size() == 1);
  return found.front();
}

std::string damage(const std::string& text) {
  return words_of_error([&] { parse_metadata(text); });
}

}  // namespace

TEST_CASE("metadata is read as it was written") {
  CHECK(parse_metadata(render_metadata(planned())) == planned());
  PlanMetadata bare;
  CHECK(parse_metadata(render_metadata(bare)) == bare);
}

TEST_CASE("a plan of this state, commit and pipeline is not refused") {
  CHECK(refusals([](ApplyConditions&) {}).empty());
}

TEST_CASE("each mix-up is refused with its own sentence and fix") {
  CHECK(only_refusal([](auto& c) { c.now.state = "network/dev"; }) ==
        Refusal{Guard::state, "the plan is of state 'network/prod', not of 'network/dev'",
                "let the apply job need the plan job of its own state"});
  CHECK(only_refusal([](auto& c) { c.now.destroy = true; }).message ==
        "the plan does not destroy the state, and this is a destroy job");
  CHECK(only_refusal([](auto& c) { c.now.commit = "2222222222222222222222222222222222222222"; }).message ==
        "the plan was made for commit 111111111111, and this job is at commit 222222222222");
  CHECK(only_refusal([](auto& c) { c.now.root_pipeline = "701"; }).message ==
        "the plan was made in pipeline 700, and this job belongs to pipeline 701");
  CHECK(only_refusal([](auto& c) { c.now.plan_digest = ""; }).guard == Guard::plan_file);
  CHECK(only_refusal([](auto& c) { c.now.inputs_digest = "x"; }).guard == Guard::inputs);
  CHECK(only_refusal([](auto& c) { c.now.var_files = {}; }).guard == Guard::inputs);
  CHECK(only_refusal([](auto& c) { c.now.lock_file_digest = ""; }).guard == Guard::lock_file);
  CHECK(only_refusal([](auto& c) { c.now.checkout = "/builds/b/p"; }).guard == Guard::directory);
  CHECK(only_refusal([](auto& c) { c.now.tool_name = "OpenTofu"; }).message ==
        "the plan was made by Terraform 1.11.4, and this job has OpenTofu 1.11.4");
  CHECK(only_refusal([](auto& c) { c.now.tool_version = "1.12.0"; }).message ==
        "the plan was made by Terraform 1.11.4, and this job has Terraform 1.12.0");
  CHECK(only_refusal([](auto& c) {
          c.now.tool = "tofu";
          c.now.tool_name = "";
        }).guard == Guard::tool_version);
  CHECK(only_refusal([](auto& c) { c.time = 1700600001; }).message == "the plan expired at 2023-11-21 20:53 UTC");
  CHECK(only_refusal([](auto& c) { c.branch = "feature"; }).message ==
        "the state is applied on main, and this job is on feature");
  CHECK(only_refusal([](auto& c) { c.branch = ""; }).message ==
        "the state is applied on main, and this job is on no branch");
  CHECK(only_refusal([](auto& c) { c.in_merge_request = true; }).guard == Guard::branch);
  CHECK(only_refusal([](auto& c) { c.deploy_freeze = "true"; }).guard == Guard::deploy_freeze);
  CHECK(only_refusal([](auto& c) { c.max_destroy = 2; }).message ==
        "the plan deletes or replaces 3 resources, and max_destroy is 2");
  const auto on = [](const std::string& glob) {
    return [glob](ApplyConditions& conditions) {
      conditions.branch = "release/1";
      conditions.apply_branches = std::vector<std::string>{"main", glob};
    };
  };
  CHECK(refusals(on("release/*")).empty());
  CHECK(only_refusal(on("release/?/*")).message ==
        "the state is applied on main, release/?/*, and this job is on release/1");
}

TEST_CASE("several mix-ups are all told, in the order of the guards") {
  const auto found = refusals([](auto& c) { c.now = PlanMetadata(); });
  REQUIRE(found.size() == 8);
  CHECK(found.front().guard == Guard::state);
  for (std::size_t index = 1; index < found.size(); ++index) CHECK(found[index - 1].guard <= found[index].guard);
}

TEST_CASE("bytes that are not UTF-8 are written as text and still compared") {
  PlanMetadata odd = planned();
  odd.state = "a\xFF\xC3(\xE2\x82\xAC\xED\xA0\x80 \"\\\n";
  odd.var_files = {"\x80.tfvars"};
  const std::string text = render_metadata(odd);
  CHECK(parse_metadata(text).state == "a\\xff\\xc3(€\\xed\\xa0\\x80 \"\\\n");
  ApplyConditions conditions;
  conditions.now = odd;
  CHECK(find_refusals(parse_metadata(text), conditions).empty());
}

TEST_CASE("damaged metadata is refused, wherever it is damaged") {
  CHECK(damage("") == "the plan's metadata (meta.json) is damaged\nhint: retry the plan job");
  CHECK(damage("[]") == "the plan's metadata (meta.json) is damaged\nhint: retry the plan job");
  CHECK(damage("{}") ==
        "the plan's metadata (meta.json) has schema none, and this helper reads statelane/meta/1\n"
        "hint: use the same version of statelane in both jobs");
  CHECK(damage(R"({"schema": "statelane/meta/2"})") ==
        "the plan's metadata (meta.json) has schema statelane/meta/2, and this helper reads statelane/meta/1\n"
        "hint: use the same version of statelane in both jobs");
  CHECK(damage(R"({"schema": "statelane/meta/1", "state": 7})") ==
        "the plan's metadata (meta.json) is not what was written with the plan\nhint: retry the plan job");
  const std::string whole = render_metadata(planned());
  for (std::size_t length = 0; length + 2 < whole.size(); ++length)
    CHECK_FALSE(damage(whole.substr(0, length)).empty());
}

TEST_CASE("metadata with one bit flipped is refused, whichever it is") {
  const std::string whole = render_metadata(planned());
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    if (damage(flipped).empty()) FAIL("passed: bit " << bit << " in " << flipped);
  }
}

TEST_CASE("what people saw of the plan is what was written with it, where it is there at all") {
  PlanMetadata shown = planned();
  shown.text_digest = "t";
  shown.report_digest = "r";
  ApplyConditions conditions;
  conditions.now = shown;
  CHECK(find_refusals(shown, conditions).empty());
  conditions.now.text_digest = "x";
  conditions.now.report_digest = "x";
  const auto found = find_refusals(shown, conditions);
  REQUIRE(found.size() == 2);
  CHECK(found[0].message == "plan.txt is not what was written with the plan: its digest differs");
  CHECK(found[1].message == "plan.json is not what was written with the plan: its digest differs");
  conditions.now.text_digest = conditions.now.report_digest = "";
  CHECK(find_refusals(shown, conditions).empty());
}

TEST_CASE("a guard is passed by its own option and by no other") {
  for (const Guard guard : all_guards()) {
    const auto sifted = sift({{guard, "m", "f"}}, {guard});
    CHECK(sifted.standing.empty());
    CHECK(sifted.passed.size() == 1);
    CHECK(option_of(guard).starts_with("--"));
    CHECK_FALSE(help_of(guard).empty());
  }
  CHECK(sift({{Guard::commit, "m", "f"}}, {Guard::pipeline}).standing.size() == 1);
}
