#include "states/instances.hpp"

#include <doctest/doctest.h>

#include "states/loaded.hpp"

using statelane::states::InputKind;

namespace {

constexpr const char* open_backend = "terraform {\n  backend \"s3\" {\n  }\n}\n";
constexpr const char* fixed_backend = "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"k\"\n  }\n}\n";

std::string messages(const Loaded& loaded) {
  std::string result;
  for (const auto& diagnostic : loaded.diagnostics.sorted()) result += render_diagnostic(diagnostic);
  return result;
}

}  // namespace

TEST_CASE("each convention of backend files gives instances with their variable files") {
  const auto check = [](const std::string& backend_file, const std::string& values_file) {
    CAPTURE(backend_file);
    const Loaded loaded(
        {{"s/main.tf", open_backend}, {"s/" + backend_file, "key = \"x\"\n"}, {"s/" + values_file, "y = 1\n"}});
    REQUIRE(loaded.ids() == Texts{"s@prod"});
    CHECK(loaded.inputs("s@prod", InputKind::backend_file) == Texts{"s/" + backend_file});
    CHECK(loaded.inputs("s@prod", InputKind::variable_file) == Texts{"s/" + values_file});
    CHECK(loaded.state("s@prod").backend->known.at("key") == "x");
  };
  for (const char* name :
       {"backend.tfvars", "backend.hcl", "backend.conf", "backend.tfbackend", "backend.config", "backend.ini"}) {
    check(std::string("env/prod/") + name, "env/prod/terraform.tfvars");
    check(std::string("prod/") + name, "prod/values.tfvars");
  }
  for (const char* name : {"prod.tfbackend", "prod.backend", "prod.backend.hcl", "prod.backend.tfvars",
                           "prod.backend.conf", "backend-prod.hcl", "backend-prod.tfvars", "backend-prod.tfbackend"}) {
    for (const char* place : {"", "backend/", "backends/", "config/", "configs/", "env/", "envs/", "environments/"}) {
      check(std::string(place) + name, std::string(place) + "prod.tfvars");
    }
  }
  check("config/prod.tfbackend", "prod.tfvars");
}

TEST_CASE("a backend file in the directory itself completes the only state") {
  const Loaded loaded({{"s/main.tf", open_backend}, {"s/backend.tfvars", "bucket = \"b\"\nkey = \"k\"\n"}});
  CHECK(loaded.ids() == Texts{"s"});
  CHECK(loaded.state("s").backend->is_complete());
}

TEST_CASE("files of one instance are no inputs of the others, shared ones are everybody's") {
  const Loaded loaded({{"s/main.tf", open_backend},
                       {"s/env/a/backend.hcl", "key = \"a\"\n"},
                       {"s/env/b/backend.hcl", "key = \"b\"\n"},
                       {"s/env/shared.json", "{}"}});
  CHECK(loaded.ids() == Texts{"s@a", "s@b"});
  CHECK(loaded.readers("s/env/a/new.json") == Texts{"s@a"});
  CHECK(loaded.readers("s/env/shared.json") == Texts{"s@a", "s@b"});
  CHECK(loaded.readers("s/main.tf") == Texts{"s@a", "s@b"});
  CHECK(loaded.readers("s/late.auto.tfvars") == Texts{"s@a", "s@b"});
}

TEST_CASE("a directory that is named like a variable file is no instance's own") {
  const Loaded loaded({{"s/main.tf", open_backend},
                       {"s/env/a.tfbackend", "key = \"a\"\n"},
                       {"s/env/b.tfbackend", "key = \"b\"\n"},
                       {"s/env/b.tfvars/inner.txt", "data"}});
  CHECK(loaded.inputs("s@b", InputKind::variable_file) == Texts{});
  CHECK(loaded.readers("s/env/b.tfvars/inner.txt") == Texts{"s@a", "s@b"});
}

TEST_CASE("a directory of configuration is no environment, whatever lies in it") {
  const Loaded loaded(
      {{"s/main.tf", open_backend}, {"s/module/main.tf", ""}, {"s/module/backend.hcl", "key = \"a\"\n"}});
  CHECK(loaded.ids() == Texts{"s"});
}

TEST_CASE("a pattern of the configuration tells instances apart, with {dir} and several placeholders") {
  const Loaded loaded({{".statelane.yml",
                        "version: 1\nstates:\n  rules:\n    - match: \"s/*\"\n      instances: "
                        "\"../../config/{dir}/{instance}/{instance}.tfvars\"\n      var_files: "
                        "[\"../../config/{dir}/{instance}/{instance}.tfvars\"]\n      workspace: \"w-{instance}\"\n"},
                       {"s/api/main.tf", fixed_backend},
                       {"config/api/prod/prod.tfvars", ""},
                       {"config/api/test/test.tfvars", ""},
                       {"config/api/other/different.tfvars", ""},
                       {"config/web/prod/prod.tfvars", ""}});
  CHECK(loaded.ids() == Texts{"s/api@prod", "s/api@test"});
  CHECK(loaded.state("s/api@prod").workspace == "w-prod");
  CHECK(loaded.readers("config/api/prod/prod.tfvars") == Texts{"s/api@prod"});
  CHECK(loaded.readers("config/web/prod/prod.tfvars").empty());
  CHECK(messages(loaded) == "");
}

TEST_CASE("a directory in which a pattern finds nothing has no lane, with a warning, and the others have theirs") {
  const Loaded loaded(
      {{".statelane.yml",
        "states: {rules: [{match: \"*\", instances: \"env/{instance}.tfvars\", workspace: \"{instance}\", "
        "var_files: [\"env/{instance}.tfvars\"]}]}\n"},
       {"s/main.tf", fixed_backend},
       {"t/env/prod.tfvars", ""},
       {"t/main.tf", fixed_backend}});
  CHECK(loaded.ids() == Texts{"t@prod"});
  CHECK(messages(loaded) ==
        ".statelane.yml:1:42: warning: no file below s matches \"env/{instance}.tfvars\", and so it has no lane\n"
        "hint: a later rule may give it instances of its own, and exclude says that it is no state\n");
  REQUIRE(loaded.states.left_out.size() == 1);
  CHECK(loaded.states.left_out.front().directory == statelane::RepoPath::of("s"));
  CHECK(loaded.states.left_out.front().why == "a rule asks for instances, and it has none");
}

TEST_CASE("a list of names gives instances without any file") {
  const Loaded loaded({{".statelane.yml",
                        "states: {rules: [{match: s, instances: [test, prod], workspace: \"{dir}-{instance}\", "
                        "var_files: [\"../vars/{instance}/x.tfvars\", \"env/{instance}.tfvars\"]}]}\n"},
                       {"s/main.tf", fixed_backend},
                       {"s/env/prod.tfvars", ""},
                       {"s/env/test.tfvars", ""},
                       {"vars/prod/x.tfvars", ""}});
  CHECK(loaded.ids() == Texts{"s@prod", "s@test"});
  CHECK(loaded.state("s@prod").workspace == "s-prod");
  CHECK(loaded.readers("s/main.tf") == Texts{"s@prod", "s@test"});
  CHECK(loaded.readers("s/env/test.tfvars") == Texts{"s@test"});
  CHECK(loaded.readers("vars/prod/x.tfvars") == Texts{"s@prod"});
  CHECK(messages(loaded) == "");
}

TEST_CASE("ids in exclude take single instances out") {
  const auto ids_with = [](const std::string& exclude) {
    const Loaded loaded({{".statelane.yml", "states: {exclude: [\"" + exclude +
                                                "\"], rules: [{match: \"*\", instances: [test, prod]}]}\n"},
                         {"s/main.tf", fixed_backend},
                         {"t/main.tf", fixed_backend}});
    CHECK(messages(loaded).find("matches no") == std::string::npos);
    return loaded.ids();
  };
  CHECK(ids_with("s@test") == Texts{"s@prod", "t@prod", "t@test"});
  CHECK(ids_with("*@test") == Texts{"s@prod", "t@prod"});
  CHECK(ids_with("s") == Texts{"t@prod", "t@test"});
}

TEST_CASE("backend_config takes files and settings, which are part of the identity") {
  const Loaded loaded(
      {{".statelane.yml",
        "states: {rules: [{match: \"**\", backend_config: [\"../common.tfbackend\", \"key={id}/{dir}.tfstate\"]}, "
        "{match: net, instances: [prod, test], backend_config: [\"bucket=b-{instance}\", \"key={id}\"]}]}\n"},
       {"common.tfbackend", "bucket = \"common\"\nkey = \"overwritten\"\n"},
       {"app/main.tf", std::string(open_backend) +
                           "data \"terraform_remote_state\" \"net\" {\n  backend = \"s3\"\n  config = "
                           "{\n    bucket = \"b-test\"\n    key = \"net@test\"\n  }\n}\n"},
       {"net/main.tf", open_backend}});
  CHECK(loaded.ids() == Texts{"app", "net@prod", "net@test"});
  CHECK(loaded.state("app").backend->known.at("key") == "app/app.tfstate");
  CHECK(loaded.state("app").backend->known.at("bucket") == "common");
  CHECK(loaded.inputs("app", InputKind::backend_file) == Texts{"common.tfbackend"});
  CHECK(loaded.state("net@prod").backend->known.at("bucket") == "b-prod");
  REQUIRE(loaded.states.graph.edges().size() == 1);
  CHECK(loaded.states.graph.edges().front().kind == statelane::states::EdgeKind::remote_state);
  CHECK(loaded.states.graph.states()[loaded.states.graph.edges().front().to].id == "net@test");
  CHECK(messages(loaded) == "");
}

TEST_CASE("a setting for an instance is left out where there is none") {
  const Loaded loaded({{".statelane.yml",
                        "states: {rules: [{match: s, variables: {TF_VAR_e: \"{instance}\"}, backend_config: "
                        "[\"key={instance}\"]}]}\n"},
                       {"s/main.tf", open_backend}});
  CHECK(loaded.state("s").backend_config.empty());
  CHECK(loaded.state("s").variables.empty());
  CHECK(messages(loaded) ==
        ".statelane.yml:1:51: warning: s has no instance for \"{instance}\"\n"
        "hint: it is left out there; a rule of its own gives a directory instances\n"
        ".statelane.yml:1:83: warning: s has no instance for \"key={instance}\"\n"
        "hint: it is left out there; a rule of its own gives a directory instances\n");
}

TEST_CASE("variables that the lane fixes are known to folding, as their types say, and variable files win") {
  const std::string reads =
      "variable \"e\" {\n  default = \"x\"\n}\nvariable \"l\" {\n  type = list(string)\n}\nvariable \"n\" {\n  type = "
      "string\n}\nresource \"terraform_data\" \"a\" {\n  input = [file(\"../data/${var.e}.json\"), "
      "file(\"../list/${var.l[0]}.json\"), file(\"../text/${var.n}.json\")]\n}\n";
  const std::string rule =
      "states: {rules: [{match: s, instances: [prod], variables: {TF_VAR_e: \"{instance}\", TF_VAR_l: '[\"one\", "
      "\"two\"]', TF_VAR_n: '[\"one\"]'}}]}\n";
  const Loaded fixed({{".statelane.yml", rule}, {"s/main.tf", fixed_backend + reads}});
  CHECK(fixed.inputs("s@prod", InputKind::file) == Texts{"data/prod.json", "list/one.json", "text/[\"one\"].json"});
  CHECK(fixed.state("s@prod").variables.front() == statelane::states::LaneVariable{"TF_VAR_e", "prod"});
  const Loaded with_file(
      {{".statelane.yml", rule}, {"s/main.tf", fixed_backend + reads}, {"s/terraform.tfvars", "e = \"file\"\n"}});
  CHECK(with_file.inputs("s@prod", InputKind::file) == Texts{"data/file.json", "list/one.json", "text/[\"one\"].json"});
}

TEST_CASE("commands belong to states and make none: what would make them is told, and what is lost") {
  const Loaded without(
      {{".statelane.yml", "states: {rules: [{match: \"deploy/*\", commands: {plan: [a], apply: [b]}}]}\n"},
       {"deploy/api/compose.yml", ""}});
  CHECK(without.ids().empty());
  CHECK(messages(without) ==
        ".statelane.yml:1:26: warning: \"deploy/*\" has commands, and matches no state\n"
        "hint: commands make no states: write include: [\"deploy/*\"] under states\n");
  const Loaded included(
      {{".statelane.yml",
        "states: {include: [\"deploy/*\", \"old/*\", \"kept\"], rules: [{match: \"deploy/*\", commands: {plan: "
        "[a], apply: [b]}}, {match: kept, local_state: kept}]}\n"},
       {"deploy/api/compose.yml", ""},
       {"kept/main.tf", ""},
       {"old/a/main.tf", ""},
       {"old/b/main.tf", ""}});
  CHECK(included.ids() == Texts{"deploy/api", "kept", "old/a", "old/b"});
  CHECK(messages(included) ==
        ".statelane.yml:1:32: warning: old/a and 1 more have no backend: what is stored there is lost with the job\n"
        "hint: give it a backend, commands of its own, or local_state: kept where the directory outlives the job\n");
}

TEST_CASE("variable files over one fixed backend are no instances, and are asked about") {
  const Loaded loaded({{"s/main.tf", fixed_backend},
                       {"s/env/prod.tfvars", ""},
                       {"s/env/test.tfvars", ""},
                       {"s/terraform.tfvars", ""},
                       {"s/late.auto.tfvars", ""},
                       {"s/tests/x.tfvars", ""},
                       {"s/module/main.tf", ""},
                       {"s/module/terraform.tfvars", ""}});
  CHECK(loaded.ids() == Texts{"s"});
  CHECK(
      messages(loaded) ==
      "s/main.tf:2:1: warning: s has one backend, and its lane does not load env/prod.tfvars, env/test.tfvars\n"
      "hint: whose lane is whose is said by a rule: paste it below \"rules:\" of \"states:\" in .statelane.yml\n"
      "hint: - {match: \"s\", instances: \"env/{instance}.tfvars\", var_files: [\"env/{instance}.tfvars\"], workspace: "
      "\"{instance}\"}\n");
}

TEST_CASE("names of directories and instances are told apart in the id") {
  const Loaded loaded({{"a@b/main.tf", open_backend}, {"a@b/env/c%d/backend.hcl", "key = \"x\"\n"}});
  CHECK(loaded.ids() == Texts{"a%40b@c%25d"});
}

TEST_CASE("a variable file outside the repository is an error in the configuration") {
  const Loaded loaded(
      {{".statelane.yml", "version: 1\nstates:\n  rules:\n    - match: \"s\"\n      var_files: [\"../../x.tfvars\"]\n"},
       {"s/main.tf", fixed_backend}});
  CHECK(messages(loaded) == ".statelane.yml:5:19: error: \"../../x.tfvars\" leaves the repository from s\n");
}
