#include "emit/json.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "emit/words.hpp"
#include "pipeline/hand_made.hpp"

using hand_made::graph;
using hand_made::input;
using hand_made::state;
using nlohmann::json;
using statelane::RepoPath;
using statelane::impact::CauseKind;
using statelane::impact::Change;
using statelane::impact::Impact;
using statelane::states::EdgeKind;
using statelane::states::InputKind;

TEST_CASE("list has each state with its reason and backend, keys in their order") {
  auto dns = state("dns@prod");
  dns.backend = statelane::states::BackendIdentity{
      "s3", {{"bucket", "b"}}, {{"key", {std::string("dns/"), std::nullopt}}}, {"workspace_key_prefix"}};
  auto deploy = state("deploy");
  deploy.kind = statelane::states::StateKind::custom;
  deploy.backend.reset();
  deploy.tool = "";
  deploy.reason = statelane::states::StateReason::configured;
  const std::vector<RepoPath> unclaimed = {RepoPath::of("x.tf")};
  dns.var_files = {RepoPath::of("dns/prod.tfvars")};
  dns.backend_config = {{RepoPath::of("dns/prod.tfbackend"), ""}};
  dns.reason_place = {RepoPath::of("dns/main.tf"), 2};
  deploy.reason_place = {RepoPath::of(".statelane.yml"), 0};
  const statelane::states::LoadedStates loaded{graph({dns, deploy}), {{RepoPath(), "no backend block"}}, {}};
  CHECK(statelane::emit::render_list_json(loaded, unclaimed) == R"({
  "schema": "statelane/list/1",
  "states": [
    {
      "id": "deploy",
      "dir": "deploy",
      "instance": null,
      "kind": "custom",
      "reason": "configured",
      "reason_at": {
        "file": ".statelane.yml",
        "line": null
      },
      "backend": null,
      "lost_with_job": false,
      "tool": "",
      "workspace": "",
      "var_files": [],
      "backend_files": [],
      "inputs": {
        "own_directory": 1
      }
    },
    {
      "id": "dns@prod",
      "dir": "dns",
      "instance": "prod",
      "kind": "terraform",
      "reason": "backend_block",
      "reason_at": {
        "file": "dns/main.tf",
        "line": 2
      },
      "backend": {
        "type": "s3",
        "bucket": "b",
        "partial": {
          "key": "dns/*"
        },
        "unknown": [
          "workspace_key_prefix"
        ]
      },
      "lost_with_job": false,
      "tool": "terraform",
      "workspace": "",
      "var_files": [
        "dns/prod.tfvars"
      ],
      "backend_files": [
        "dns/prod.tfbackend"
      ],
      "inputs": {
        "own_directory": 1
      }
    }
  ],
  "left_out": [
    {
      "dir": ".",
      "why": "no backend block"
    }
  ],
  "unclaimed": [
    "x.tf"
  ]
}
)");
}

TEST_CASE("inputs has modules, files, patterns and what is not known") {
  auto prod = state("a");
  prod.inputs.push_back(input(InputKind::module_directory, "modules/m"));
  prod.unknown = {{{RepoPath::of("a/main.tf"), 7}, "var.x is not known"}};
  const std::vector<RepoPath> files = {RepoPath::of("a/main.tf"), RepoPath::of("modules/m/main.tf")};
  CHECK(json::parse(statelane::emit::render_inputs_json(prod, files)) ==
        json({{"schema", "statelane/inputs/1"},
              {"state", "a"},
              {"modules", {"modules/m"}},
              {"files", {"a/main.tf", "modules/m/main.tf"}},
              {"patterns", {"a/**/*", "modules/m/**/*"}},
              {"unknown", {{{"file", "a/main.tf"}, {"line", 7}, {"what", "var.x is not known"}}}}}));
}

TEST_CASE("inputs --of has the states, also when there is none or one") {
  const auto of = [](const std::vector<std::string>& ids) {
    return json::parse(statelane::emit::render_inputs_of_json(RepoPath::of("m/x.tf"), ids));
  };
  CHECK(of({}) == json({{"schema", "statelane/inputs-of/1"}, {"path", "m/x.tf"}, {"states", json::array()}}));
  CHECK(of({"a"})["states"] == json::array({"a"}));
  CHECK(of({"a", "b"})["states"] == json::array({"a", "b"}));
}

TEST_CASE("graph has states, edges with kind and place, cycles, and what nothing answers") {
  const statelane::states::LoadedStates loaded{
      graph({state("a"), state("b"), state("c")}, {{"b", "a", EdgeKind::possible}, {"b", "c"}, {"c", "b"}}),
      {},
      {{"b", {RepoPath::of("b/x.tf"), 3}, "gcs bucket=\"z\""}}};
  const auto parsed = json::parse(statelane::emit::render_graph_json(loaded));
  CHECK(parsed["states"] == json::array({"a", "b", "c"}));
  CHECK(parsed["edges"].size() == 3);
  CHECK(parsed["edges"][0] ==
        json({{"from", "b"}, {"to", "a"}, {"kind", "possible"}, {"file", "b/upstream.tf"}, {"line", 1}}));
  CHECK(parsed["cycles"] == json::parse(R"([["b", "c"]])"));
  CHECK(parsed["unmatched"] ==
        json::parse(R"([{"state": "b", "file": "b/x.tf", "line": 3, "what": "gcs bucket=\"z\""}])"));
}

TEST_CASE("affected has base, head, every chain, and the other lists") {
  Impact impact = hand_made::affected({"a"});
  impact.affected.push_back({"new", Change::moved, "old", {{{CauseKind::requested, {}, {}, {}}}}});
  impact.affected.push_back({"z",
                             Change::dependent,
                             "",
                             {{{CauseKind::file_changed, RepoPath::of("a/x"), {}, {}},
                               {CauseKind::dependency_affected, RepoPath::of("z/u.tf"), 3, "a"}}}});
  impact.skipped = {{"s", {RepoPath::of("s/main.tf")}}};
  impact.dependents = {"d"};
  impact.unclaimed = {RepoPath::of("u.tf")};
  const auto text = statelane::emit::render_affected_json({"111", "merge-base", "the merge base", "", false}, impact);
  CHECK(json::parse(text) == json::parse(R"({
    "schema": "statelane/affected/1",
    "base": {"commit": "111", "reason": "merge-base", "text": "the merge base"}, "head": {"commit": null, "tree": "work_tree"},
    "affected": [
      {"id": "a", "change": "modified", "causes": [[{"kind": "file_changed", "path": "a/main.tf"}, {"kind": "own_file", "path": "a"}]]},
      {"id": "new", "change": "moved", "from": "old", "causes": [[{"kind": "requested"}]]},
      {"id": "z", "change": "dependent", "causes": [[{"kind": "file_changed", "path": "a/x"},
        {"kind": "dependency_affected", "path": "z/u.tf", "line": 3, "state": "a"}]]}],
    "skipped": [{"id": "s", "why": "format", "paths": ["s/main.tf"]}], "dependents": ["d"], "untouched": [], "unclaimed": ["u.tf"]})"));
  CHECK(text.starts_with(
      "{\n  \"schema\": \"statelane/affected/1\",\n  \"base\": {\n    \"commit\": \"111\",\n    \"reason\""));
}

TEST_CASE("bytes that are not UTF-8 are spelled out, and only then are backslashes doubled") {
  using statelane::emit::escape_non_utf8;
  CHECK(escape_non_utf8("a\\b é") == "a\\b é");
  CHECK(escape_non_utf8("a\\b\xFF é") == "a\\\\b\\xff é");
  const auto text = statelane::emit::render_inputs_of_json(RepoPath::of("a\xE9/\"x\"\n"), {});
  CHECK(json::parse(text)["path"] == "a\\xe9/\"x\"\n");
}
