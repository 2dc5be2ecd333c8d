#include "runner/unit_call.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using statelane::runner::describe_other_inputs;
using statelane::runner::digest_unit_inputs;
using statelane::runner::parse_terragrunt_version;
using statelane::runner::tells_of_mocks;
using statelane::runner::terragrunt_arguments;
using statelane::runner::terragrunt_environment;
using statelane::runner::TerragruntVersion;
using statelane::runner::ToolRequest;

TEST_CASE("a version of Terragrunt is read where it says it, and decides how it is called") {
  const auto parsed = [](const char* text) {
    const TerragruntVersion version = parse_terragrunt_version(text);
    return std::pair(version.major, version.minor);
  };
  CHECK(parsed("terragrunt version v1.1.3\n") == std::pair(1, 1));
  CHECK(parsed("terragrunt version v0.72.9") == std::pair(0, 72));
  CHECK(parsed("terragrunt version 0.99.4-beta1\n") == std::pair(0, 99));
  CHECK(parsed("terragrunt version latest") == std::pair(0, 0));
  CHECK(parsed("") == std::pair(0, 0));
  CHECK_FALSE(TerragruntVersion{0, 84}.is_renamed());
  CHECK(TerragruntVersion{0, 85}.is_renamed());
  CHECK(TerragruntVersion{1, 0}.is_renamed());
  const std::vector<std::string> argv = {"tofu", "plan", "-out=p"};
  CHECK(terragrunt_arguments({1, 1}, argv) == std::vector<std::string>{"terragrunt", "run", "--", "plan", "-out=p"});
  CHECK(terragrunt_arguments({0, 72}, argv) == std::vector<std::string>{"terragrunt", "plan", "-out=p"});
}

TEST_CASE("Terragrunt runs one unit, asks nobody and tries nothing again") {
  const auto now = terragrunt_environment({1, 1}, "/d/terraform");
  CHECK(now.at("TG_TF_PATH") == "/d/terraform");
  CHECK(now.at("TG_NON_INTERACTIVE") == "true");
  CHECK(now.at("TG_NO_AUTO_RETRY") == "true");
  for (const char* name : {"TG_ALL", "TG_FILTER", "TG_OUT_DIR", "TERRAGRUNT_WORKING_DIR"})
    CHECK(now.at(name) == std::nullopt);
  const auto before = terragrunt_environment({0, 72}, "/d/terraform");
  CHECK(before.at("TERRAGRUNT_TFPATH") == "/d/terraform");
  CHECK(before.at("TERRAGRUNT_NO_AUTO_RETRY") == "true");
  CHECK_FALSE(before.contains("TG_TF_PATH"));
}

TEST_CASE("mock outputs show in what Terragrunt says") {
  CHECK(tells_of_mocks(
      "WARN  Config /a/terragrunt.hcl is a dependency of /b/terragrunt.hcl that has no outputs, but mock "
      "outputs provided and returning those in dependency output.\n"));
  CHECK(tells_of_mocks("Failed to read outputs from x referenced in y as z, fallback to mock outputs. Error: e\n"));
  CHECK_FALSE(tells_of_mocks("mock_outputs = {}\n"));
}

TEST_CASE("inputs are known by digests, wherever the checkout lies, and without what the job has itself") {
  ::setenv("TF_VAR_of_job", "1", 1);
  const auto of = [](const std::string& project, const std::string& id, const std::string& salt) {
    const ToolRequest request{"/c",
                              {"plan"},
                              {{"TF_VAR_id", id},
                               {"TF_VAR_dir", project + "/x"},
                               {"TF_VAR_of_job", "1"},
                               {"TF_VAR_gone", std::nullopt},
                               {"PATH", "/bin"}}};
    return digest_unit_inputs(request, project, salt);
  };
  const auto planned = of("/builds/1", "a", "7");
  CHECK(planned.size() == 2);
  CHECK(planned == of("/builds/2", "a", "7"));
  CHECK(planned.at("id") != of("/builds/1", "a", "8").at("id"));
  CHECK(describe_other_inputs(planned, of("/builds/2", "a", "7")).empty());
  CHECK(describe_other_inputs(planned, of("/builds/2", "b", "7")) ==
        "the unit's input 'id' has another value than when it was planned");
  CHECK(describe_other_inputs(planned, {}) == "the unit's input 'dir' has no value any more");
  CHECK(describe_other_inputs({}, planned) == "the unit's input 'dir' had no value when it was planned");
  ::unsetenv("TF_VAR_of_job");
}
