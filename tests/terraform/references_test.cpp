#include "terraform/references.hpp"

#include "terraform/read.hpp"

using statelane::terraform::Loop;

TEST_CASE("every function that reads a file gives its first argument, templates and file sets the whole call") {
  for (const char* name : {"file", "fileexists", "filebase64", "filemd5", "filesha1", "filesha256", "filesha512",
                           "filebase64sha256", "filebase64sha512", "core::file"}) {
    CHECK(references(read(std::string("locals {\n  x = ") + name + "(\"a.json\")\n}\n")) == Texts{"file 2 \"a.json\""});
  }
  CHECK(references(read("locals {\n  x = templatefile(\"a.tpl\", {})\n}\n")) ==
        Texts{"template 2 templatefile(\"a.tpl\", {})"});
  CHECK(references(read("locals {\n  x = fileset(\"d\", \"*\")\n}\n")) == Texts{"set 2 fileset(\"d\", \"*\")"});
  CHECK(references(read("locals {\n  x = provider::x::file(\"a.json\")\n}\n")).empty());
}

TEST_CASE("calls inside calls, templates, heredocs and conditions are found") {
  CHECK(references(read(
            "locals {\n  x = jsondecode(file(\"a\"))\n  y = \"<${file(\"b\")}>\"\n  z = <<EOT\n${file(\"c\")}\nEOT\n"
            "  w = true ? file(\"d\") : [{k = file(\"e\")}]\n}\n")) ==
        Texts{"file 2 \"a\"", "file 3 \"b\"", "file 5 \"c\"", "file 7 \"d\"", "file 7 \"e\""});
}

TEST_CASE("texts that begin like a path count, in words too; others do not") {
  CHECK(
      references(read("resource \"a\" \"b\" {\n  x = \"../d\"\n  y = \"bash ./run.sh\"\n  z = \"${path.module}/f\"\n"
                      "  n = \"d/f\"\n  m = \"https://x/../y\"\n  o = \"a./b\"\n}\n")) ==
      Texts{"text 2 \"../d\"", "text 3 \"bash ./run.sh\"", "text 4 \"${path.module}/f\"", "text 6 \"https://x/../y\""});
}

TEST_CASE("a reference knows the loops that matter for it, the outermost first") {
  const auto facts = read(
      "resource \"a\" \"b\" {\n  for_each = local.m\n  plain = file(\"x\")\n  own = file(each.value)\n"
      "  dynamic \"d\" {\n    for_each = each.value.list\n    iterator = it\n    content {\n"
      "      p = [for k, v in it.value : file(v) if k != \"z\"]\n    }\n  }\n}\n");
  REQUIRE(facts.references.size() == 4);
  CHECK(facts.references[1].loops.empty());
  REQUIRE(facts.references[2].loops.size() == 1);
  CHECK(facts.references[2].loops[0].kind == Loop::Kind::for_each);
  REQUIRE(facts.references[3].loops.size() == 3);
  CHECK(facts.references[3].loops[0].value_name == "each");
  CHECK(facts.references[3].loops[1].kind == Loop::Kind::dynamic_block);
  CHECK(facts.references[3].loops[1].value_name == "it");
  CHECK(facts.references[3].loops[2].kind == Loop::Kind::for_expression);
  CHECK(facts.references[3].loops[2].key_name == "k");
  REQUIRE(facts.references[3].loops[2].condition != nullptr);
}

TEST_CASE("calls of modules and remote states know their own loops") {
  const auto facts = read(
      "module \"m\" {\n  source = \"./m\"\n  count = 2\n  x = count.index\n}\nmodule \"n\" {\n  source = \"./m\"\n  "
      "count = 2\n}\n"
      "data \"terraform_remote_state\" \"r\" {\n  for_each = toset([\"a\"])\n  backend = \"s3\"\n  config = { key = "
      "each.key }\n}\n");
  REQUIRE(facts.modules.size() == 2);
  REQUIRE(facts.modules[0].loops.size() == 1);
  CHECK(facts.modules[0].loops[0].kind == Loop::Kind::count);
  CHECK(facts.modules[1].loops.empty());
  REQUIRE(facts.remote_states.size() == 1);
  CHECK(facts.remote_states[0].loops.size() == 1);
}

TEST_CASE("what defines a local or a default says which, if the whole value may be a path") {
  const auto facts = read(
      "locals {\n  root = \"../r\"\n  list = [\"../l\"]\n}\nvariable \"v\" {\n  default = \"./v\"\n  description = "
      "\"./text\"\n}\n");
  REQUIRE(facts.references.size() == 4);
  CHECK(facts.references[0].defines == "local.root");
  CHECK(facts.references[1].defines == "");
  CHECK(facts.references[2].defines == "var.v");
  CHECK(facts.references[3].defines == "");
}
