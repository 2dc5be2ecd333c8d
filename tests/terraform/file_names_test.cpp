#include "terraform/file_names.hpp"

#include "terraform/read.hpp"
#include "terraform/tool.hpp"

using namespace statelane::terraform;

TEST_CASE("configuration is .tf and .tofu in both syntaxes, but no hidden file and no editor's backup") {
  for (const char* name : {"main.tf", "main.tf.json", "main.tofu", "main.tofu.json", "a b.tf"})
    CHECK(is_configuration_name(name));
  for (const char* name : {".hidden.tf", "main.tf~", "#main.tf#", "main.tf.bak", "main.json", "tf", "main.tfvars"})
    CHECK_FALSE(is_configuration_name(name));
  CHECK(syntax_of("main.tf.json") == Syntax::json);
  CHECK(syntax_of("main.tofu") == Syntax::native);
  CHECK(configuration_stem("main.tofu.json") == "main");
  CHECK(is_tofu_name("main.tofu.json"));
  CHECK_FALSE(is_tofu_name("tofu.tf"));
}

TEST_CASE("override files are named so, in every syntax") {
  for (const char* name : {"override.tf", "override.tf.json", "a_override.tf", "a_override.tofu.json"})
    CHECK(is_override_name(name));
  for (const char* name : {"overrides.tf", "aoverride.tf", "override_a.tf"}) CHECK_FALSE(is_override_name(name));
}

TEST_CASE("variable files that are loaded by themselves") {
  for (const char* name : {"terraform.tfvars", "terraform.tfvars.json", "a.auto.tfvars", "a.auto.tfvars.json"})
    CHECK(is_automatic_variable_name(name));
  for (const char* name : {"prod.tfvars", "prod.terraform.tfvars", "auto.tfvars"}) {
    CHECK_FALSE(is_automatic_variable_name(name));
    CHECK(is_variable_name(name));
  }
}

TEST_CASE("the tool is known by the last part of its path, a wrapper is not") {
  CHECK(tool_of("terraform") == Tool::terraform);
  CHECK(tool_of("/usr/bin/tofu") == Tool::opentofu);
  CHECK(tool_of("./scripts/terraform-wrapper") == Tool::unknown);
}
