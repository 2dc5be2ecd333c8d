#include "emit/why.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "pipeline/hand_made.hpp"

namespace {

using hand_made::affected;
using statelane::RepoPath;
using statelane::emit::Why;
using statelane::impact::CauseKind;
using statelane::impact::CauseStep;
using statelane::impact::Change;
using statelane::impact::Impact;
using statelane::states::Exclusion;

CauseStep step(CauseKind kind, std::string_view path, std::uint32_t line) {
  CauseStep result{kind, RepoPath::of(path), std::nullopt, std::nullopt};
  if (line != 0) result.line = line;
  return result;
}

/// Two files of nested modules, and the lock file.
Impact nested() {
  const CauseStep outer = step(CauseKind::module_changed, "a/main.tf", 9);
  Impact impact;
  impact.affected = {
      {"a",
       Change::modified,
       "",
       {{step(CauseKind::file_changed, "a/.terraform.lock.hcl", 0), step(CauseKind::lock_file_changed, "", 0)},
        {step(CauseKind::file_changed, "m/label/main.tf", 0), step(CauseKind::module_changed, "m/main.tf", 2), outer},
        {step(CauseKind::file_changed, "m/main.tf", 0), outer}}}};
  return impact;
}

std::string text(const Why& why) { return statelane::emit::render_why_text(why, {}); }

}  // namespace

TEST_CASE("why is a tree from the state down to the changed paths") {
  const Impact impact = nested();
  CHECK(text({"a", impact, 3, {}, {}}) ==
        "a  modified\n"
        "├─ in a module called at a/main.tf:9\n"
        "│  ├─ m/main.tf changed\n"
        "│  └─ in a module called at m/main.tf:2\n"
        "│     └─ m/label/main.tf changed\n"
        "└─ the dependency lock file\n"
        "   └─ a/.terraform.lock.hcl changed\n");
}

TEST_CASE("branches that go on in the very same way share what follows") {
  Impact impact;
  impact.affected = {{"a", Change::modified, "", {}}};
  for (const char* path : {"m/main.tf", "m/outputs.tf"}) {
    for (const std::uint32_t line : {1U, 9U}) {
      impact.affected[0].causes.push_back(
          {step(CauseKind::file_changed, path, 0), step(CauseKind::module_changed, "a/main.tf", line)});
    }
  }
  CHECK(text({"a", impact, 2, {}, {}}) ==
        "a  modified\n"
        "├─ in a module called at a/main.tf:1\n"
        "└─ in a module called at a/main.tf:9\n"
        "   ├─ m/main.tf changed\n"
        "   └─ m/outputs.tf changed\n");
}

TEST_CASE("why not: what changed without effect, what it depends on, and what came near") {
  Impact impact = affected({"a"});
  impact.skipped = {{"s", {RepoPath::of("s/main.tf")}}};
  CHECK(text({"s", impact, 1, {}, {}}) ==
        "s  not affected\n  s/main.tf changed, but Terraform reads the same as before\n");
  CHECK(text({"x", impact, 0, {}, {}}) == "x  not affected\n  nothing changed\n");
  const Why near{"x",
                 impact,
                 4,
                 {{RepoPath::of("x/README.md"), Exclusion::documentation, RepoPath::of("x"), ""},
                  {RepoPath::of("m/a.auto.tfvars"), Exclusion::values_of_a_module, RepoPath::of("m"), ""},
                  {RepoPath::of("x/in/main.tf"), Exclusion::other_state, RepoPath::of("x"), "x/in"},
                  {RepoPath::of("p/b.json"), Exclusion::none, RepoPath::of("p/a.json"), ""}},
                 {"a"}};
  CHECK(text(near) ==
        "x  not affected\n"
        "  none of the 4 changed paths is an input of it\n"
        "  it depends on a, which is affected; its own lane runs only with --dependents\n"
        "  near: x/README.md is documentation or a test, which counts only where something reads it\n"
        "  near: m/a.auto.tfvars holds values or locks that Terraform loads for a state only, not for the module m\n"
        "  near: x/in/main.tf belongs to the state x/in\n"
        "  near: p/b.json lies beside p/a.json, which it reads\n");
}

TEST_CASE("more near paths than a person reads are counted") {
  const Impact impact;
  Why why{"x", impact, 30, {}, {}};
  for (int index = 0; index < 30; ++index)
    why.near.push_back({RepoPath::of("x/f" + std::to_string(index)), Exclusion::ignored, RepoPath::of("x"), ""});
  CHECK(text(why).ends_with("  near: 20 more paths like these\n"));
}

TEST_CASE("why as JSON has the comparison, the state's entry and what came near") {
  const Impact impact = affected({"a"});
  const statelane::pipeline::ComparedCommits ends{"111", "merge-base", "the merge base", "", false, true};
  const auto parse = [&](const Why& why) { return nlohmann::json::parse(statelane::emit::render_why_json(ends, why)); };
  CHECK(parse({"a", impact, 1, {}, {}}) == nlohmann::json::parse(R"({
    "schema": "statelane/why/1",
    "base": {"commit": "111", "reason": "merge-base", "text": "the merge base"},
    "head": {"commit": null, "tree": "index"},
    "state": "a",
    "affected": {"id": "a", "change": "modified",
                 "causes": [[{"kind": "file_changed", "path": "a/main.tf"}, {"kind": "own_file", "path": "a"}]]},
    "skipped": [], "dependencies": [], "changed": 1, "near": []})"));
  const auto near =
      parse({"x", impact, 1, {{RepoPath::of("x/t/y"), Exclusion::other_state, RepoPath::of("x"), "x/t"}}, {"a"}});
  CHECK(near["affected"].is_null());
  CHECK(near["dependencies"] == nlohmann::json::parse(R"(["a"])"));
  CHECK(near["near"] ==
        nlohmann::json::parse(R"([{"path": "x/t/y", "why": "other_state", "input": "x", "state": "x/t"}])"));
}
