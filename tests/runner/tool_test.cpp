#include "runner/tool.hpp"

#include <doctest/doctest.h>

using statelane::runner::parse_tool_identity;
using statelane::runner::ToolIdentity;
using statelane::runner::VariableUse;
using statelane::runner::wants_var_files;

namespace {

bool wants(const char* name, const char* version, VariableUse use, bool has_ephemeral_variables = false) {
  return wants_var_files({name, version}, use, has_ephemeral_variables);
}

}  // namespace

TEST_CASE("a tool is known by the line in which it names itself") {
  const ToolIdentity terraform = parse_tool_identity("Terraform v1.11.4\non linux_amd64\n");
  CHECK(terraform.is_terraform());
  CHECK(terraform.version == "1.11.4");
  const ToolIdentity tofu = parse_tool_identity("a wrapper's greeting\nOpenTofu v1.12.0-beta1 (extra)\r\n");
  CHECK(tofu.is_opentofu());
  CHECK(tofu.version == "1.12.0-beta1");
  for (const char* other : {"", "1.11", "Terraform 1.11", "terragrunt version v0.99.1\n"})
    CHECK(parse_tool_identity(other).name.empty());
}

TEST_CASE("versions are compared by their numbers") {
  CHECK(ToolIdentity{"OpenTofu", "1.10.2"}.is_at_least(1, 8));
  CHECK(ToolIdentity{"OpenTofu", "1.8.0"}.is_at_least(1, 8));
  CHECK_FALSE(ToolIdentity{"OpenTofu", "1.7.9"}.is_at_least(1, 8));
  CHECK(ToolIdentity{"OpenTofu", "2.0.0"}.is_at_least(1, 8));
  CHECK_FALSE(ToolIdentity{}.is_at_least(1, 8));
  CHECK(ToolIdentity{"OpenTofu", "1.11.3"}.is_at_least(1, 11, 3));
  CHECK_FALSE(ToolIdentity{"OpenTofu", "1.11.2"}.is_at_least(1, 11, 3));
  CHECK(ToolIdentity{"OpenTofu", "1.12.0-beta1"}.is_at_least(1, 12));
}

TEST_CASE("variable files go to the commands that take them and want them, by tool and version") {
  for (const VariableUse use : {VariableUse::init, VariableUse::workspace, VariableUse::show, VariableUse::output}) {
    CHECK(wants("OpenTofu", "1.8.0", use));
    CHECK_FALSE(wants("OpenTofu", "1.7.5", use));
    CHECK_FALSE(wants("Terraform", "1.14.9", use));
    CHECK_FALSE(wants("", "", use));
  }
  CHECK(wants("Terraform", "1.15.0", VariableUse::init));
  CHECK(wants("Terraform", "1.15.0", VariableUse::show));
  CHECK_FALSE(wants("Terraform", "1.15.0", VariableUse::workspace));
  CHECK_FALSE(wants("Terraform", "1.15.0", VariableUse::output));
  // Before these versions a saved plan and variable files together are an error.
  CHECK(wants("OpenTofu", "1.11.0", VariableUse::apply));
  CHECK_FALSE(wants("OpenTofu", "1.10.9", VariableUse::apply, true));
  CHECK(wants("Terraform", "1.10.0", VariableUse::apply, true));
  CHECK_FALSE(wants("Terraform", "1.10.0", VariableUse::apply));
  CHECK_FALSE(wants("Terraform", "1.9.8", VariableUse::apply, true));
}
