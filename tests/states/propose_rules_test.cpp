#include "states/propose_rules.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "states/loaded.hpp"
#include "states/workspace_names.hpp"

namespace {

using Files = std::map<std::string, std::string>;

constexpr const char* fixed_backend = "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"k\"\n  }\n}\n";

std::string backend(const std::string& key) {
  return "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"" + key + "\"\n  }\n}\n";
}

std::string messages(const Loaded& loaded) {
  std::string result;
  for (const auto& diagnostic : loaded.diagnostics.sorted()) result += render_diagnostic(diagnostic);
  return result;
}

/// The rules among the hints, as they are printed.
std::string rules_of(const Loaded& loaded) {
  std::string result;
  for (const auto& diagnostic : loaded.diagnostics.sorted()) {
    for (const std::string& hint : diagnostic.hints)
      if (hint.starts_with("- {match")) result += "    " + hint + "\n";
  }
  return result;
}

/// What is printed, pasted.
Loaded pasted(Files files) {
  const Loaded before(files);
  files[".statelane.yml"] = "states:\n  rules:\n" + rules_of(before);
  return Loaded(files);
}

}  // namespace

TEST_CASE("the rule that is printed for variable files works when it is pasted, for each layout") {
  const auto check = [](const Files& values, const std::string& rule, const Texts& ids) {
    Files files = values;
    files["s/main.tf"] = fixed_backend;
    CAPTURE(rule);
    CHECK(rules_of(Loaded(files)) == "    - " + rule + "\n");
    const Loaded after = pasted(files);
    CHECK(after.ids() == ids);
    CHECK(messages(after) == "");
    for (const auto& [path, text] : values) CHECK_FALSE(after.readers(path).empty());
  };
  check(
      {{"s/env/prod.tfvars", ""}, {"s/env/test.tfvars", ""}},
      R"({match: "s", instances: "env/{instance}.tfvars", var_files: ["env/{instance}.tfvars"], workspace: "{instance}"})",
      {"s@prod", "s@test"});
  check({{"s/prod/terraform.tfvars", ""}, {"s/test/terraform.tfvars", ""}, {"s/common.tfvars", ""}},
        R"({match: "s", instances: "{instance}/terraform.tfvars", var_files: ["common.tfvars", )"
        R"("{instance}/terraform.tfvars"], workspace: "{instance}"})",
        {"s@prod", "s@test"});
  check({{"vars/prod/s.tfvars", ""}, {"vars/test/s.tfvars", ""}},
        R"({match: "s", instances: "../vars/{instance}/{dir}.tfvars", var_files: ["../vars/{instance}/{dir}.tfvars"], )"
        R"(workspace: "{instance}"})",
        {"s@prod", "s@test"});
  check({{"config/prod/s/main.tfvars", ""}, {"config/test/s/main.tfvars", ""}},
        R"({match: "s", instances: "../config/{instance}/{dir}/main.tfvars", var_files: )"
        R"(["../config/{instance}/{dir}/main.tfvars"], workspace: "{instance}"})",
        {"s@prod", "s@test"});
  check({{"vars/s/prod.tfvars.json", "{}"}, {"vars/s/test.tfvars.json", "{}"}},
        R"({match: "s", instances: "../vars/{dir}/{instance}.tfvars.json", var_files: )"
        R"(["../vars/{dir}/{instance}.tfvars.json"], workspace: "{instance}"})",
        {"s@prod", "s@test"});
  check({{"s/values.tfvars", ""}}, R"({match: "s", var_files: ["values.tfvars"]})", {"s"});
}

TEST_CASE("states with one rule share one note, and no other state is matched by it") {
  Files files = {{"stacks/a/main.tf", backend("a")}, {"stacks/b/main.tf", backend("b")}, {"vars/prod/a.tfvars", ""},
                 {"vars/test/a.tfvars", ""},         {"vars/prod/b.tfvars", ""},         {"vars/test/b.tfvars", ""}};
  CHECK(messages(Loaded(files)) ==
        "stacks/a/main.tf:2:1: warning: stacks/a and 1 more have each one backend, and their lanes do not load "
        "../../vars/prod/a.tfvars, ../../vars/test/a.tfvars and 2 more\n"
        "hint: whose lane is whose is said by a rule: paste it below \"rules:\" of \"states:\" in .statelane.yml\n"
        "hint: - {match: \"stacks/*\", instances: \"../../vars/{instance}/{dir}.tfvars\", var_files: "
        "[\"../../vars/{instance}/{dir}.tfvars\"], workspace: \"{instance}\"}\n");
  CHECK(pasted(files).ids() == Texts{"stacks/a@prod", "stacks/a@test", "stacks/b@prod", "stacks/b@test"});
  files["stacks/c/main.tf"] = backend("c");
  CHECK(rules_of(Loaded(files)).find("match: \"stacks/{a,b}\"") != std::string::npos);
  CHECK(pasted(files).ids() == Texts{"stacks/a@prod", "stacks/a@test", "stacks/b@prod", "stacks/b@test", "stacks/c"});
}

TEST_CASE("a state that reads terraform.workspace, and whose lane selects none, gets a note with its workspaces") {
  const std::string reads =
      "locals {\n  big = terraform.workspace == \"prod\" || contains([\"test\"], terraform.workspace)\n"
      "  size = { dev = 1, prod = 3 }[terraform.workspace]\n}\n";
  const Files files = {{"s/main.tf", fixed_backend + reads}};
  CHECK(messages(Loaded(files)) ==
        "s/main.tf:2:1: note: s reads terraform.workspace, and its lane selects none\n"
        "hint: whose lane is whose is said by a rule: paste it below \"rules:\" of \"states:\" in .statelane.yml\n"
        "hint: - {match: \"s\", instances: [\"dev\", \"prod\", \"test\"], workspace: \"{instance}\"}\n");
  const Loaded after = pasted(files);
  CHECK(after.ids() == Texts{"s@dev", "s@prod", "s@test"});
  CHECK(messages(after) == "");
  const std::string both =
      messages(Loaded({{"s/main.tf", fixed_backend + reads}, {"t/main.tf", backend("t") + reads}}));
  CHECK(both.find("s and 1 more read terraform.workspace, and their lanes select none\n") != std::string::npos);
}

TEST_CASE("states that want many rules for their workspaces get one note, and the rules are told once") {
  Files files;
  for (const char* name : {"a", "b", "c", "d"}) {
    files[fmt::format("s/{}/main.tf", name)] =
        fmt::format("{}locals {{\n  big = terraform.workspace == \"{}\"\n}}\n", backend(name), name);
  }
  const Loaded loaded(files);
  CHECK(messages(loaded) ==
        "s/a/main.tf:2:1: note: s/a and 3 more read terraform.workspace, and their lanes select none\n"
        "hint: statelane list prints the 4 rules to paste below \"rules:\" of \"states:\" in .statelane.yml\n");
  CHECK(loaded.states.workspace_rules.size() == 4);
  CHECK(loaded.states.workspace_rules[3] == "- {match: \"s/d\", instances: [\"d\"], workspace: \"{instance}\"}");
}

TEST_CASE("names of workspaces are seen in JSON syntax too") {
  const std::string big =
      R"({"locals": {"big": "${terraform.workspace == \"prod\" || terraform.workspace == \"dev\"}"}})";
  const Files files = {
      {"s/main.tf", fixed_backend}, {"s/size.tf.json", big}, {"s/out.tf", "output \"o\" {\n  value = local.big\n}\n"}};
  CHECK(messages(Loaded(files))
            .find("hint: - {match: \"s\", instances: [\"dev\", \"prod\"], workspace: \"{instance}\"}\n") !=
        std::string::npos);
}

TEST_CASE("workspaces that begin with the directory's name are seen by what they are compared with") {
  const std::string reads =
      "locals {\n  is_production = substr(terraform.workspace, 3, length(terraform.workspace)) == \"-production\"\n"
      "  is_test = substr(terraform.workspace, 3, length(terraform.workspace)) == \"-test\"\n}\n";
  const Files files = {{"e/one/main.tf", backend("one") + reads}, {"e/two/main.tf", backend("two") + reads}};
  CHECK(rules_of(Loaded(files)) ==
        "    - {match: \"e/*\", instances: [\"production\", \"test\"], workspace: \"{dir}-{instance}\"}\n");
  CHECK(pasted(files).state("e/one@test").workspace == "one-test");
}

TEST_CASE("where no name is written the default workspace is the only one that is known") {
  const Loaded loaded({{"m/main.tf", "output \"w\" {\n  value = terraform.workspace\n}\n"},
                       {"s/main.tf", std::string(fixed_backend) + "module \"m\" {\n  source = \"../m\"\n}\n"}});
  CHECK(rules_of(loaded) == "    - {match: \"s\", instances: [\"default\"], workspace: \"{instance}\"}\n");
}

TEST_CASE("workspaces of Terraform Cloud that a prefix or tags leave open are named by variable files") {
  const auto cloud = [](const std::string& workspaces) {
    return Loaded({{"s/main.tf", "terraform {\n  cloud {\n    organization = \"o\"\n    workspaces {\n      " +
                                     workspaces + "\n    }\n  }\n}\n"},
                   {"s/env/prod.tfvars", ""},
                   {"s/env/test.tfvars", ""}});
  };
  const Loaded tags = cloud("tags = [\"net\"]");
  CHECK(tags.ids() == Texts{"s@prod", "s@test"});
  CHECK(tags.state("s@prod").workspace == "prod");
  CHECK(tags.state("s@prod").backend->known.at("workspaces.name") == "prod");
  CHECK(tags.readers("s/env/prod.tfvars") == Texts{"s@prod"});
  CHECK(messages(tags) == "");
  CHECK(cloud("prefix = \"net-\"").state("s@test").backend->known.at("workspaces.name") == "net-test");
  CHECK(cloud("name = \"net\"").ids() == Texts{"s"});
}
