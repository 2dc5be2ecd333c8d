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

TEST_CASE("a pattern that matches nothing is a warning, and the directory is one state") {
  const Loaded loaded(
      {{".statelane.yml",
        "version: 1\nstates:\n  rules:\n    - match: \"s\"\n      instances: \"env/{instance}.tfvars\"\n"},
       {"s/main.tf", fixed_backend}});
  CHECK(loaded.ids() == Texts{"s"});
  CHECK(messages(loaded).find("no file below s matches \"env/{instance}.tfvars\"") != std::string::npos);
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
  CHECK(messages(loaded) ==
        "s/main.tf:2:1: warning: s has one backend, and its lane does not load env/prod.tfvars, env/test.tfvars\n"
        "hint: name the states in .statelane.yml: under states.rules, match \"s\" with instances and var_files, and "
        "workspace or backend_config where each has its own; or only var_files\n");
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
