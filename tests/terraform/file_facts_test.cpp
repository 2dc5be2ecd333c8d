#include "terraform/file_facts.hpp"

#include "terraform/read.hpp"
#include "terraform/template_file.hpp"
#include "terraform/variable_file.hpp"

using namespace statelane::terraform;

TEST_CASE("a backend block gives its attributes, those of nested blocks with their way") {
  const FileFacts facts = read(
      "terraform {\n  required_version = \"~> 1.11\"\n  cloud {\n    organization = \"o\"\n"
      "    workspaces {\n      name = \"w\"\n    }\n  }\n}\n");
  REQUIRE(facts.backends.size() == 1);
  CHECK(facts.backends[0].type == "cloud");
  CHECK(facts.backends[0].line == 3);
  REQUIRE(facts.backends[0].attributes.size() == 2);
  CHECK(facts.backends[0].attributes[1].name == "workspaces.name");
  CHECK(facts.required_version == "~> 1.11");
}

TEST_CASE("JSON syntax says the same as native syntax") {
  const FileFacts facts = read_file_facts(
      R"({"terraform": [{"backend": {"s3": {"bucket": "b"}}}],
          "module": {"m": [{"source": "./m", "x": "${local.y}"}], "n": {"source": "./n"}},
          "locals": [{"y": "../z"}], "variable": {"v": {"default": 1}},
          "data": {"terraform_remote_state": {"r": {"backend": "s3", "config": {"key": "k"}}}},
          "resource": {"t": {"x": {"input": "${file(\"f.json\")}", "provisioner": [{"local-exec": {"command": "./run.sh"}}]}}}})",
      Syntax::json);
  CHECK_FALSE(facts.has_faults);
  REQUIRE(facts.backends.size() == 1);
  CHECK(facts.backends[0].type == "s3");
  CHECK(facts.modules.size() == 2);
  CHECK(facts.locals.size() == 1);
  CHECK(facts.variables.size() == 1);
  CHECK(facts.remote_states.size() == 1);
  const Texts found = references(facts);
  CHECK(found.size() == 3);
}

TEST_CASE("a config block of old configurations is the same as a map") {
  const FileFacts facts =
      read("data \"terraform_remote_state\" \"r\" {\n  backend = \"s3\"\n  config {\n    key = \"k\"\n  }\n}\n");
  REQUIRE(facts.remote_states.size() == 1);
  REQUIRE(facts.remote_states[0].config != nullptr);
  CHECK(statelane::hcl::render_expression(*facts.remote_states[0].config).find("key") != std::string::npos);
}

TEST_CASE("facts do not point into the text, and survive being moved") {
  FileFacts first = read("module \"m\" {\n  source = \"./m\"\n  x = file(\"a\")\n}\n");
  const FileFacts second = std::move(first);
  REQUIRE(second.modules.size() == 1);
  CHECK(second.modules[0].name == "m");
  CHECK(second.modules[0].source->text == "./m");
  CHECK(references(second) == Texts{"file 3 \"a\""});
}

TEST_CASE("a faulty file says so, and gives what could be read") {
  const FileFacts facts =
      read("module \"m\" {\n  source = \"./m\"\n}\nresource {{{\nmodule \"n\" {\n  source = \"./n\"\n}\n");
  CHECK(facts.has_faults);
  CHECK_FALSE(facts.faults.empty());
  REQUIRE_FALSE(facts.modules.empty());
  CHECK(facts.modules[0].name == "m");
}

TEST_CASE("a template gives what its calls read, and its text is no path") {
  const TemplateFile file =
      read_template_file("./run.sh ${file(\"a\")}\n%{ for x in xs }${file(\"b/${x}\")}%{ endfor }\n");
  CHECK(file.faults.empty());
  REQUIRE(file.references.size() == 2);
  CHECK(file.references[0].loops.empty());
  REQUIRE(file.references[1].loops.size() == 1);
  CHECK(file.references[1].loops[0].value_name == "x");
}

TEST_CASE("a file that reads nothing is not parsed as a template, whatever it holds") {
  CHECK(read_template_file("${").faults.empty());
  CHECK(read_template_file("file ${").faults.empty() == false);
}

TEST_CASE("a template of more than four megabytes that may read files is not parsed, and says so") {
  CHECK(read_template_file(std::string(5 << 20, ' ') + "${file(\"x\")}").is_too_large);
  CHECK_FALSE(read_template_file(std::string(5 << 20, ' ') + "${x}").is_too_large);
  CHECK_FALSE(read_template_file("${file(\"x\")}").is_too_large);
}

TEST_CASE("a variable file gives values and what in them may be a path") {
  const VariableFile file = read_variable_file("a = \"x\"\nb = [\"../y\"]\n", Syntax::native);
  REQUIRE(file.find("a") != nullptr);
  CHECK(file.find("c") == nullptr);
  REQUIRE(file.references.size() == 1);
  CHECK(file.references[0].line == 2);
}
