#include "states/fixed_inputs.hpp"

#include <doctest/doctest.h>

#include "states/loaded.hpp"

using statelane::states::InputKind;
using Names = std::vector<std::string>;

namespace {

constexpr const char* reading = R"(terraform {
  backend "local" {
  }
}
variable "n" {
}
locals {
  f = file("${path.module}/../data/${var.n}.json")
}
)";

}  // namespace

TEST_CASE("variable files of a lane come after those that Terraform loads by itself: the later value counts") {
  const Loaded loaded(
      {{".statelane.yml", "version: 1\nstates:\n  rules:\n    - {match: a, var_files: [\"../common.tfvars\"]}\n"},
       {"a/main.tf", reading},
       {"a/terraform.tfvars", "n = \"first\"\n"},
       {"a/z.auto.tfvars", "n = \"auto\"\n"},
       {"common.tfvars", "n = \"last\"\n"}});
  CHECK(loaded.inputs("a", InputKind::file) == Names{"data/last.json"});
}

TEST_CASE("inputs and global inputs of ** are everything") {
  for (const std::string setting :
       {"states:\n  rules:\n    - {match: a, inputs: [\"../**\"]}\n", "global_inputs: [\"**\"]\n"}) {
    const Loaded loaded({{".statelane.yml", "version: 1\n" + setting}, {"a/main.tf", reading}, {"far/away/x.bin", ""}});
    CHECK(loaded.readers("far/away/x.bin") == Names{"a"});
    CHECK(loaded.readers("top") == Names{"a"});
  }
  const Loaded below({{".statelane.yml", "version: 1\nstates:\n  rules:\n    - {match: a, inputs: [\"**\"]}\n"},
                      {"a/main.tf", reading},
                      {"a/b/main.tf", "terraform {\n  backend \"local\" {\n  }\n}\n"}});
  // Also what another state owns, which is no input otherwise.
  CHECK(below.readers("a/b/main.tf") == Names{"a", "a/b"});
}

TEST_CASE("links in a data directory are followed, also where that lies in another state") {
  const Loaded loaded({{"a/main.tf",
                        "terraform {\n  backend \"local\" {\n  }\n}\ndata \"archive_file\" \"z\" {\n"
                        "  source_dir = \"${path.module}/../b/data\"\n}\n"},
                       {"b/main.tf", "terraform {\n  backend \"local\" {\n  }\n}\n"},
                       {"b/data/own.txt", ""},
                       {"b/data/link.txt", "-> ../../shared/real.txt"},
                       {"shared/real.txt", ""}});
  CHECK(loaded.readers("shared/real.txt") == Names{"a", "b"});
}

TEST_CASE("what only one of two alternative backends says is not known") {
  const auto backend = [](const std::string& more) {
    return "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"k\"\n" + more + "  }\n}\n";
  };
  const Loaded loaded({{"a/main.tf", backend("")}, {"a/main.tofu", backend("    workspace_key_prefix = \"w\"\n")}});
  const auto& found = *loaded.state("a").backend;
  CHECK(found.known.at("key") == "k");
  CHECK(found.unknown == Names{"workspace_key_prefix"});
  const Loaded reversed({{"a/main.tf", backend("    workspace_key_prefix = \"w\"\n")}, {"a/main.tofu", backend("")}});
  CHECK(reversed.state("a").backend->unknown == Names{"workspace_key_prefix"});
}
