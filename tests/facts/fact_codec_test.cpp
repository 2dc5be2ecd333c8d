#include "facts/fact_codec.hpp"

#include <doctest/doctest.h>

#include "support/preset.hpp"
#include "terraform/read_facts.hpp"

using namespace statelane;
using facts::decode_facts;
using facts::encode_facts;
using terraform::FileFacts;
using terraform::Syntax;
using terraform::TemplateFile;
using terraform::VariableFile;

namespace {

constexpr const char* everything = R"(
terraform {
  required_version = ">= 1.5"
  backend "s3" {
    key = "a/${terraform.workspace}"
    endpoints { s3 = "x" }
  }
}
module "net" {
  for_each = toset(["a", "b"])
  source   = "../net"
  name     = each.key
}
data "terraform_remote_state" "vpc" {
  count     = 2
  backend   = "gcs"
  workspace = "prod"
  config    = { bucket = "b", prefix = count.index }
}
locals {
  texts = [for name, text in local.all : file("${path.module}/${name}") if text != null && !false]
  other = { for k, v in var.x : k => v... }
}
variable "x" {
  default = { a = -1.5, b = null, c = true }
}
resource "a" "b" {
  policy = templatefile("./p.tftpl", { a = var.x.a[0], b = local.texts[*].id })
  files  = fileset(path.module, "*.json")
  dir    = "../lambda"
  script = <<-EOT
    %{ if var.x == 1 ~}
    ./run.sh ${var.x}
    %{ endif ~}
  EOT
}
broken "here" {
)";

/// Encoded, decoded and encoded again is the same; a shorter text is never taken for the whole.
template <typename Facts>
void check_round_trip(const Facts& facts) {
  const std::string bytes = encode_facts(facts);
  const auto decoded = decode_facts<Facts>(bytes);
  REQUIRE(decoded.has_value());
  CHECK(encode_facts(*decoded) == bytes);
  CHECK(decoded->faults.sorted() == facts.faults.sorted());
  for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 200) {
    CHECK_FALSE(decode_facts<Facts>(std::string_view(bytes).substr(0, size)).has_value());
  }
  CHECK_FALSE(decode_facts<Facts>(bytes + "x").has_value());
}

}  // namespace

TEST_CASE("facts of a configuration file come back as they were") {
  const FileFacts facts = terraform::read_file_facts(everything, Syntax::native);
  CHECK(facts.has_faults);
  CHECK(facts.modules.size() == 1);
  check_round_trip(facts);

  const auto decoded = decode_facts<FileFacts>(encode_facts(facts));
  REQUIRE(decoded.has_value());
  CHECK(decoded->required_version == ">= 1.5");
  CHECK(decoded->has_faults);
  REQUIRE(decoded->modules.size() == 1);
  CHECK(decoded->modules[0].name == "net");
  CHECK(decoded->modules[0].source->text == "../net");
  CHECK(decoded->modules[0].line == facts.modules[0].line);
  REQUIRE(decoded->locals.size() == facts.locals.size());
  for (std::size_t index = 0; index < facts.locals.size(); ++index) {
    CHECK(hcl::render_expression(*decoded->locals[index].value, 1000) ==
          hcl::render_expression(*facts.locals[index].value, 1000));
    CHECK(decoded->locals[index].value->range == facts.locals[index].value->range);
  }
  CHECK(decoded->references.size() == facts.references.size());
}

TEST_CASE("facts of JSON, of variable files and of templates come back as they were") {
  check_round_trip(terraform::read_file_facts(
      R"({"module": {"a": {"source": "./a"}}, "locals": {"x": "${file("y")}"}})", Syntax::json));
  check_round_trip(terraform::read_variable_file("a = \"./x\"\nb = [1, { c = null }]\n}", Syntax::native));
  check_round_trip(terraform::read_template_file("${file(\"${path.module}/x\")} %{ for a in b }${file(a)}%{ endfor }"));
  check_round_trip(terraform::read_file_facts("", Syntax::native));
}

TEST_CASE("facts of a whole repository come back as they were") {
  const support::PresetRepository made(support::find_preset("states=8"));
  std::size_t files = 0;
  for (const auto& [path, file] : made.files()) {
    if (!terraform::is_configuration_name(path.name())) continue;
    ++files;
    const std::string bytes = encode_facts(terraform::read_file_facts(file.content, Syntax::native));
    const auto decoded = decode_facts<FileFacts>(bytes);
    REQUIRE(decoded.has_value());
    CHECK(encode_facts(*decoded) == bytes);
  }
  CHECK(files > 50);
}
