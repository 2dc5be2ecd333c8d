#include "states/module_walk.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "states/loaded.hpp"

using statelane::states::InputKind;

namespace {

constexpr const char* backend = "terraform {\n  backend \"local\" {\n  }\n}\n";

std::string with(const std::string& more) { return backend + more; }

Texts unknown(const Loaded& loaded, std::string_view id) {
  Texts result;
  for (const auto& entry : loaded.state(id).unknown)
    result.push_back(fmt::format("{}:{}: {}", entry.place.file.str(), entry.place.line, entry.what));
  return result;
}

}  // namespace

TEST_CASE("modules are followed to any depth, each call with its own arguments") {
  const Loaded loaded(
      {{"a/main.tf", with("module \"x\" {\n  source = \"../m/one\"\n  name = \"x\"\n}\n"
                          "module \"y\" {\n  source = \"../m/one\"\n  name = \"y\"\n}\n")},
       {"m/one/main.tf", "variable \"name\" {}\nmodule \"two\" {\n  source = \"../two\"\n  n = var.name\n}\n"},
       {"m/two/main.tf", "variable \"n\" {}\nlocals {\n  f = file(\"${path.module}/${var.n}.json\")\n}\n"}});
  CHECK(loaded.inputs("a", InputKind::module_directory) == Texts{"m/one", "m/two"});
  CHECK(loaded.inputs("a", InputKind::file) == Texts{"m/two/x.json", "m/two/y.json"});
}

TEST_CASE("what a module below the state's directory names outside of it counts, however it is said") {
  const auto is_read = [](const std::string& value) {
    const Loaded loaded({{"live/a/main.tf", with("module \"m\" {\n  source = \"./modules/m\"\n}\n")},
                         {"live/a/modules/m/main.tf",
                          "variable \"u\" {}\nlocals {\n  up = \"${path.module}/../../..\"\n}\n"
                          "data \"archive_file\" \"x\" {\n  source_dir = " +
                              value + "\n}\n"},
                         {"live/lambda/x/main.py", ""}});
    return loaded.states.graph.is_claimed(statelane::RepoPath::of("live/lambda/x/main.py"));
  };
  for (const char* value :
       {"\"${path.module}/../../../lambda/x\"", "\"${path.module}/../../../lambda/x/main.py\"",
        "\"${path.module}/../../../lambda/${var.u}\"", "\"${path.module}/../../../lambda/${var.u}/main.py\"",
        "\"${path.module}/${var.u}/../../../../lambda/x\"", "\"${local.up}/lambda/x\"",
        "format(\"%s/../../../lambda/x\", path.module)", "join(\"/\", [local.up, \"lambda\", \"x\"])",
        "\"sh ${path.module}/../../../lambda/x/main.py now\"", "\"sh ${path.module}/../../../lambda/${var.u}\"",
        "\"modules/m/../../../lambda/x\"", "\"modules/../../lambda/x\"", "{ a = \"${path.module}/../../../lambda/x\" }",
        "[\"${path.module}/../../../lambda/x\"]", "abspath(\"${path.module}/../../../lambda/x\")"}) {
    CAPTURE(std::string(value));
    CHECK(is_read(value));
  }
  for (const char* value :
       {"\"https://example.com/../lambda/x\"", "\"none/../../lambda/x\"", "\"${var.u}/lambda/x\""}) {
    CAPTURE(std::string(value));
    CHECK_FALSE(is_read(value));
  }
}

TEST_CASE("instances of a call have arguments of their own") {
  const Loaded loaded(
      {{"a/main.tf", with("module \"x\" {\n  source = \"../m\"\n  for_each = { one = \"1\", two = \"2\" }\n"
                          "  name = \"${each.key}-${each.value}\"\n}\n"
                          "module \"y\" {\n  source = \"../m\"\n  count = 2\n  name = count.index\n}\n"
                          "module \"z\" {\n  source = \"../m\"\n  for_each = {}\n  name = each.key\n}\n")},
       {"m/main.tf", "variable \"name\" {}\nlocals {\n  f = file(\"${var.name}.json\")\n}\n"}});
  CHECK(loaded.inputs("a", InputKind::file) == Texts{"a/0.json", "a/1.json", "a/one-1.json", "a/two-2.json"});
  CHECK(unknown(loaded, "a").empty());
}

TEST_CASE("past a number of calls a module is looked at with arguments that are not known") {
  std::string calls = backend;
  for (int index = 0; index < 70; ++index)
    calls += fmt::format("module \"m{0}\" {{\n  source = \"../m\"\n  name = \"n{0}\"\n}}\n", index);
  const Loaded loaded(
      {{"a/main.tf", calls},
       {"m/main.tf", "variable \"name\" {}\nlocals {\n  f = file(\"${path.module}/f/${var.name}.json\")\n}\n"}});
  CHECK(loaded.inputs("a", InputKind::file).size() == statelane::states::most_calls_of_a_module);
  CHECK(loaded.inputs("a", InputKind::pattern) == Texts{"m/f/**/*.json"});
  CHECK(unknown(loaded, "a") == Texts{"m/main.tf:3: part of a path is not known: the module is called too often to "
                                      "follow each call"});
}

TEST_CASE("what a module's variable holds is told where it is not known") {
  const std::string leaves = [] {
    std::string result;
    for (int index = 0; index < 16; ++index) result += fmt::format("data.x.y.z == {0} ? \"{0}\" : ", index);
    return result + "null";
  }();
  const Loaded loaded(
      {{"a/main.tf", with("module \"x\" {\n  source = \"../m\"\n  many = " + leaves + "\n  object = {}\n}\n")},
       {"m/main.tf",
        "variable \"none\" {}\nvariable \"many\" {\n  default  = \"d\"\n  nullable = false\n}\n"
        "variable \"object\" {\n  type = object({ name = optional(string, var.none) })\n}\n"
        "locals {\n  a = file(\"${path.module}/a/${var.none}\")\n  b = file(\"${path.module}/b/${var.many}\")\n"
        "  c = file(\"${path.module}/c/${var.object.name}\")\n}\n"}});
  CHECK(unknown(loaded, "a") == Texts{"m/main.tf:10: part of a path is not known: var.none has no value",
                                      "m/main.tf:11: part of a path is not known: too many possibilities",
                                      "m/main.tf:12: part of a path is not known: a default in a type is no constant"});
}

TEST_CASE("what a file of the repository holds and is not known may lead anywhere") {
  const Loaded loaded({{"a/main.tf", with("module \"m\" {\n  source = \"../m\"\n}\nlocals {\n"
                                          "  a = file(\"./x/${file(\"/etc/hostname\")}.json\")\n"
                                          "  b = file(\"./x/${file(\"gone.txt\")}.json\")\n"
                                          "  c = file(\"./x/${module.m.none}/y.json\")\n}\n")},
                       {"m/main.tf", "output \"some\" {\n  value = 1\n}\n"},
                       {"elsewhere/y.json", ""}});
  CHECK(unknown(loaded, "a") == Texts{"a/main.tf:9: part of a path is not known: the file lies outside the repository",
                                      "a/main.tf:10: part of a path is not known: a/gone.txt is not in the repository",
                                      "a/main.tf:11: part of a path is not known: there is no output none"});
  // What is not there is made before the plan, by nobody's commit.
  CHECK(loaded.inputs("a", InputKind::file) == Texts{"a/gone.txt"});
  CHECK(loaded.inputs("a", InputKind::pattern) == Texts{"**/*y.json", "a/x/**/*.json"});
}

TEST_CASE("a module with a fault in it may have more outputs than are read") {
  const auto patterns = [](const std::string& more) {
    return Loaded({{"a/main.tf", with("module \"m\" {\n  source = \"../m\"\n}\nlocals {\n  m = module.m\n"
                                      "  a = try(file(\"./x/${local.m.late}.json\"), \"\")\n}\n")},
                   {"m/main.tf", "output \"early\" {\n  value = 1\n}\n" + more}})
        .inputs("a", InputKind::pattern);
  };
  CHECK(patterns("").empty());
  CHECK(patterns("output \"late\" {\n  value = \n}\n") == Texts{"**/*.json"});
}

TEST_CASE("entries that may be left out, and keys that are not known, keep the paths under them") {
  const Loaded loaded(
      {{"a/main.tf",
        with("module \"env\" {\n  source = \"../env\"\n  name = terraform.workspace\n}\n"
             "module \"m\" {\n  source = \"../m\"\n  env = module.env\n}\n"
             "locals {\n  more = { for k in [\"x\", var.k] : k => { path = \"../d/${k}.txt\" } if var.some }\n"
             "  all = merge({ y = { path = \"../d/y.txt\" } }, local.more)\n"
             "  l = lookup(local.all, \"x\", { path = \"../d/z.txt\" })\n}\n"
             "resource \"t\" \"r\" {\n  for_each = local.all\n  a = file(each.value.path)\n}\n"
             "output \"o\" {\n  value = file(local.l.path)\n}\n")},
       {"env/main.tf",
        "variable \"name\" {}\noutput \"name\" {\n  value = \"e-${var.name}\"\n}\n"
        "output \"id\" {\n  value = data.x.y.id\n}\n"},
       {"m/main.tf", "variable \"env\" {}\nlocals {\n  a = file(\".ssh/${var.env.name}/key.pub\")\n}\n"}});
  CHECK(loaded.inputs("a", InputKind::file) == Texts{"d/x.txt", "d/y.txt", "d/z.txt"});
  CHECK(loaded.inputs("a", InputKind::pattern) ==
        Texts{"a/.ssh/e-{*,*/**/*}/key.pub", "d/**/*.txt", "d/**/*.txt{,/**/*}"});
}

TEST_CASE("a name that a file of the repository holds is read there") {
  const Loaded loaded(
      {{"a/main.tf", with("locals {\n  c = jsondecode(file(\"../names.json\"))\n"
                          "  l = csvdecode(file(\"${path.module}/list.csv\"))\n"
                          "  f = [for n in local.c.names : file(\"${path.module}/${n}\")]\n"
                          "  g = [for r in local.l : file(\"./${r.path}\")]\n"
                          "  h = file(\"./${trimspace(file(\"name.txt\"))}\")\n"
                          "  y = [for k, v in yamldecode(file(\"names.yaml\")) : file(\"${v.at}/${k}\")]\n}\n")},
       {"a/names.yaml", "five.txt: {at: ../d}\n"},
       {"names.json", "{\"names\": [\"../d/one.txt\", \"two.txt\"]}"},
       {"a/list.csv", "path,size\n../d/three.txt,1\n"},
       {"a/name.txt", "../d/four.txt\n"}});
  CHECK(loaded.inputs("a", InputKind::file) == Texts{"a/list.csv", "a/name.txt", "a/names.yaml", "a/two.txt",
                                                     "d/five.txt", "d/four.txt", "d/one.txt", "d/three.txt",
                                                     "names.json"});
  CHECK(unknown(loaded, "a").empty());
}

TEST_CASE("text that a file holds is no path by itself") {
  const Loaded loaded({{"a/main.tf", with("locals {\n  s = file(\"run.sh\")\n}\nresource \"x\" \"y\" {\n"
                                          "  user_data = local.s\n}\n")},
                       {"a/run.sh", "../other/tool\n"},
                       {"other/tool", ""}});
  CHECK(loaded.readers("other/tool").empty());
}

TEST_CASE("a value that passes through outputs of modules and plain resources is followed") {
  const Loaded loaded(
      {{"a/main.tf",
        with("module \"names\" {\n  source = \"../names\"\n  stage = \"prod\"\n}\n"
             "module \"many\" {\n  source = \"../names\"\n  for_each = toset([\"x\", \"y\"])\n  stage = each.key\n}\n"
             "resource \"terraform_data\" \"kept\" {\n  input = \"kept.txt\"\n}\n"
             "data \"archive_file\" \"z\" {\n  type = \"zip\"\n  output_path = \"${path.module}/z.zip\"\n}\n"
             "locals {\n  a = file(module.names.path)\n  b = file(module.many[\"x\"].path)\n"
             "  c = [for p in module.many : p]\n  d = file(terraform_data.kept.output)\n"
             "  e = filebase64(data.archive_file.z.output_path)\n}\n")},
       {"names/main.tf", "variable \"stage\" {}\noutput \"path\" {\n  value = \"../d/${var.stage}.txt\"\n}\n"}});
  CHECK(loaded.inputs("a", InputKind::file) == Texts{"a/kept.txt", "a/z.zip", "d/prod.txt", "d/x.txt", "d/y.txt"});
  CHECK(unknown(loaded, "a").empty());
}

TEST_CASE("in a called module path.module is a relative text") {
  const Loaded loaded(
      {{"a/main.tf", with("module \"m\" {\n  source = \"../modules/m\"\n}\n")},
       {"modules/m/main.tf",
        "module \"n\" {\n  source = \"../n\"\n}\nlocals {\n  l = length(path.module)\n"
        "  f = file(\"../d/${trimprefix(path.module, \"../\")}/${local.l}.txt\")\n}\n"},
       {"modules/n/main.tf", "locals {\n  f = file(\"../${replace(path.module, \"../\", \"\")}.txt\")\n}\n"}});
  CHECK(loaded.inputs("a", InputKind::file) == Texts{"d/modules/m/12.txt", "modules/n.txt"});
}

TEST_CASE("a known .. behind what is not known leads out of the directory") {
  const Loaded loaded(
      {{"a/b/main.tf", with("variable \"n\" {}\nlocals {\n  f = file(\"./d/${var.n}/../../c/x.txt\")\n}\n")}});
  CHECK(loaded.inputs("a/b", InputKind::pattern) == Texts{"a/**/*x.txt"});
}

TEST_CASE("a template that is used too often is looked at with variables that are not known") {
  std::string uses = backend;
  for (int index = 0; index < 17; ++index)
    uses += fmt::format("locals {{\n  t{0} = templatefile(\"t.tftpl\", {{ n = \"../n{0}\" }})\n}}\n", index);
  const Loaded loaded({{"a/main.tf", uses}, {"a/t.tftpl", "${file(\"./${n}.txt\")}"}});
  CHECK(unknown(loaded, "a") == Texts{"a/t.tftpl:1: part of a path is not known: n is not known in the template"});
}

TEST_CASE("more templates than are read may read anything, and say so") {
  std::map<std::string, std::string> files = {
      {"a/main.tf", with("locals {\n  x = templatefile(\"t/${data.x.y.z}.tftpl\", {})\n}\n")}};
  for (int index = 0; index <= 1000; ++index) files[fmt::format("a/t/{}.tftpl", index)] = "";
  const Loaded loaded(files);
  CHECK(unknown(loaded, "a") == Texts{"a/main.tf:6: part of a path is not known: data.x is not known before the plan",
                                      "a/main.tf:6: too many templates may be meant to read them all: a/t/**/*.tftpl"});
}

TEST_CASE("an argument that is null may mean the default") {
  const Loaded loaded({{"a/main.tf", with("module \"x\" {\n  source = \"../m\"\n  name = null\n}\n")},
                       {"m/main.tf",
                        "variable \"name\" {\n  default = \"d\"\n  nullable = false\n}\n"
                        "locals {\n  f = file(\"${path.module}/${var.name}.json\")\n}\n"}});
  CHECK(loaded.readers("m/d.json") == Texts{"a"});
  CHECK(loaded.inputs("a", InputKind::file) == Texts{"m/d.json"});
}

TEST_CASE("what an object leaves out is null or its default, and what is null reads nothing") {
  const Loaded loaded(
      {{"a/main.tf", with("module \"x\" {\n  source = \"../m\"\n  paths = { given = \"../given\" }\n  names = [\"b\", "
                          "\"a\", \"b\"]\n}\n")},
       {"m/main.tf",
        "variable \"paths\" {\n  type = object({\n    given = optional(string)\n    absent = optional(string)\n"
        "    usual = optional(string, \"../usual\")\n  })\n}\nvariable \"names\" {\n  type = set(string)\n}\nlocals {\n"
        "  one = { for f in fileset(var.paths.given, \"*.yml\") : f => file(\"${var.paths.given}/${f}\") }\n"
        "  two = var.paths.absent == null ? {} : { for f in fileset(var.paths.absent, \"*.yml\") : f => "
        "file(\"${var.paths.absent}/${f}\") }\n"
        "  three = try(file(\"${var.paths.absent}/x\"), file(\"${var.paths.usual}/x\"))\n"
        "  four = [for k, v in var.names : file(\"${k}-${v}\")]\n}\n"},
       {"given/x.yml", ""}});
  CHECK(loaded.inputs("a", InputKind::pattern) == Texts{"given/*.yml"});
  CHECK(loaded.inputs("a", InputKind::file) == Texts{"a/a-a", "a/b-b", "usual/x"});
  CHECK(unknown(loaded, "a").empty());
}

TEST_CASE("one local that depends on itself is not known, and nothing hangs") {
  const Loaded loaded(
      {{"a/main.tf", with("locals {\n  x = local.y\n  y = local.x\n  f = file(\"d/${local.x}\")\n}\n")}});
  CHECK(loaded.inputs("a", InputKind::pattern) == Texts{"a/d/**/*"});
  CHECK(unknown(loaded, "a") == Texts{"a/main.tf:8: part of a path is not known: local.x depends on itself"});
}

TEST_CASE("Terraform takes .. away before it follows links, other programs after") {
  const Loaded loaded({{"a/main.tf", with("locals {\n  f = file(\"link/../x.json\")\n  d = \"./link/../y.json\"\n}\n"
                                          "module \"m\" {\n  source = \"./link/../m\"\n}\n")},
                       {"a/link", "-> ../far/away"},
                       {"a/m/main.tf", ""},
                       {"a/x.json", ""},
                       {"far/away/z", ""},
                       {"far/x.json", ""},
                       {"far/y.json", ""}});
  CHECK(loaded.inputs("a", InputKind::module_directory) == Texts{"a/m"});
  CHECK(loaded.inputs("a", InputKind::file) == Texts{"a/x.json", "far/y.json"});
  CHECK(loaded.inputs("a", InputKind::data_directory) == Texts{"a/y.json", "far/away"});
}

TEST_CASE("a module that is reached through a link counts where it really is") {
  const Loaded loaded({{"a/main.tf", with("module \"m\" {\n  source = \"../linked\"\n}\n")},
                       {"linked", "-> m"},
                       {"m/main.tf", "module \"n\" {\n  source = \"../n\"\n}\n"},
                       {"n/main.tf", ""}});
  CHECK(loaded.inputs("a", InputKind::module_directory) == Texts{"m", "n"});
  CHECK(loaded.inputs("a", InputKind::link) == Texts{"linked"});
}

TEST_CASE("links in circles and out of the repository end quietly") {
  const Loaded loaded({{"a/main.tf", with("locals {\n  x = file(\"one\")\n  y = file(\"out/x\")\n}\n")},
                       {"a/one", "-> two"},
                       {"a/two", "-> one"},
                       {"a/out", "-> /etc"}});
  CHECK(loaded.inputs("a", InputKind::link) == Texts{"a/one", "a/out", "a/two"});
}

TEST_CASE("a template is read once for each set of variables, a large number of them once more with none") {
  std::string calls = backend;
  for (int index = 0; index < 20; ++index)
    calls += fmt::format("output \"o{0}\" {{\n  value = templatefile(\"t.tftpl\", {{ name = \"n{0}\" }})\n}}\n", index);
  const Loaded loaded({{"a/main.tf", calls}, {"a/t.tftpl", "${file(\"f/${name}.json\")}"}});
  CHECK(loaded.inputs("a", InputKind::file).size() == 17);
  CHECK(loaded.inputs("a", InputKind::pattern) == Texts{"a/f/**/*.json"});
}

TEST_CASE("a template that includes itself ends, and one with faults says so") {
  const Loaded loaded({{"a/main.tf", with("output \"o\" {\n  value = templatefile(\"t.tftpl\", {})\n}\n")},
                       {"a/t.tftpl", "${templatefile(\"t.tftpl\", {})}${file(\"x.json\")}\n${"}});
  CHECK(loaded.inputs("a", InputKind::file) == Texts{"a/t.tftpl", "a/x.json"});
  CHECK(unknown(loaded, "a") == Texts{"a/t.tftpl:2: in a template: expected an expression, found the end of the file"});
}

TEST_CASE("what is not known at all may be any file, and says so") {
  const Loaded loaded({{"a/main.tf", with("variable \"path\" {}\nlocals {\n  x = file(var.path)\n}\n")}});
  CHECK(loaded.inputs("a", InputKind::pattern) == Texts{"**/*"});
  CHECK(unknown(loaded, "a") ==
        Texts{"a/main.tf:7: any file of the repository may be read here: var.path is fixed by no variable file"});
}

TEST_CASE("every way to an input is kept, through modules and links") {
  const Loaded loaded(
      {{"a/main.tf", with("module \"m\" {\n  source = \"../m\"\n}\n")},
       {"m/main.tf",
        "locals {\n  x = file(\"${path.module}/../f.json\")\n  y = 1\n  z = file(\"${path.module}/../f.json\")\n}\n"}});
  for (const auto& input : loaded.state("a").inputs) {
    if (input.kind != InputKind::file) continue;
    REQUIRE(input.reached.size() == 2);
    CHECK(input.reached[0].place.line == 2);
    CHECK(input.reached[1].place.line == 4);
    REQUIRE(input.reached[0].via.has_value());
    CHECK(loaded.state("a").inputs[*input.reached[0].via].kind == InputKind::module_directory);
  }
}
