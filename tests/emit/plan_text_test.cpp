#include "emit/plan_text.hpp"

#include <doctest/doctest.h>

using statelane::emit::split_plan_text;

TEST_CASE("what Terraform prints of each object is found by its address, whatever stands in values") {
  const std::string text =
      "  # x.outside has changed\n\nTerraform will perform the following actions:\n\n"
      "  # terraform_data.a will be updated in-place\n"
      "  ~ resource \"terraform_data\" \"a\" {\n"
      "      ~ input  = <<-EOT\n"
      "          - Plan: fake\n\n"
      "              # terraform_data.c will be created\n"
      "        EOT\n"
      "    }\n\n"
      "  # terraform_data.b[\"one two\"] must be replaced\n"
      "-/+ resource \"terraform_data\" \"b\" {\n"
      "      ~ id = \"1\" -> (known after apply)\n"
      "    }\n\n"
      "  # terraform_data.old has moved to terraform_data.new\n"
      "    resource \"terraform_data\" \"new\" {\n"
      "    }\n\n"
      "  # terraform_data.unknown will be created\n"
      "  + resource \"terraform_data\" \"unknown\" {\n"
      "    }\n\n"
      "Plan: 1 to add, 3 to change, 1 to destroy.\n\n"
      "  # terraform_data.c will be created\n";
  const auto blocks = split_plan_text(text, {"terraform_data.a", "terraform_data.b[\"one two\"]", "terraform_data.new",
                                             "terraform_data.c", "x.outside"});
  CHECK(blocks.size() == 3);
  CHECK(blocks.at("terraform_data.a") ==
        "  # terraform_data.a will be updated in-place\n"
        "  ~ resource \"terraform_data\" \"a\" {\n"
        "      ~ input  = <<-EOT\n"
        "          - Plan: fake\n\n"
        "              # terraform_data.c will be created\n"
        "        EOT\n"
        "    }\n");
  CHECK(blocks.at("terraform_data.b[\"one two\"]").find("must be replaced") != std::string::npos);
  CHECK(blocks.at("terraform_data.new").find("has moved to") != std::string::npos);
}

TEST_CASE("a text of another form has no blocks") {
  CHECK(split_plan_text("No changes. Your infrastructure matches the configuration.\n", {"a.b"}).empty());
  CHECK(split_plan_text("", {"a.b"}).empty());
  CHECK(split_plan_text("x will perform the following actions:\n  # a.b", {"a.b"}).empty());
}
