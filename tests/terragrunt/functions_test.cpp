#include <doctest/doctest.h>
#include <fmt/format.h>

#include "repo/memory_tree.hpp"
#include "terragrunt/units.hpp"

using namespace statelane;
using namespace statelane::terragrunt;

namespace {

using Texts = std::map<std::string, std::string>;

const RepoPath unit_file = RepoPath::of("live/x/u/terragrunt.hcl");

/// A unit with an include `root` two directories above, and one `common` beside that.
Texts surroundings() {
  return {{"live/root.hcl", "inputs = {\n}\n"},
          {"live/common/c.hcl", "inputs = {\n}\n"},
          {"live/env.hcl", "locals {\n  at = \"live\"\n}\n"},
          {"live/common/here.txt", "file of common\n"},
          {"live/x/u/here.txt", "file of u\n"},
          {"live/x/u/here.tftpl", "n=${n}"},
          {"live/x/u/here.hcl", "locals {\n  at = \"u\"\n  from = get_terragrunt_dir()\n}\n"},
          {"live/x/u/here.tfvars", "at = \"tfvars of u\"\n"},
          {"live/read/here.hcl", "locals {\n  at = \"read\"\n}\n"},
          {"live/read/r.hcl",
           "locals {\n  dir      = get_terragrunt_dir()\n  original = get_original_terragrunt_dir()\n"
           "  relative = path_relative_to_include()\n  beside   = read_terragrunt_config(\"here.hcl\").locals.at\n}\n"},
          {"live/terragrunt.hcl", "locals {\n  legacy = true\n}\n"}};
}

std::string render(const hcl::Value& value) {
  if (value.is_error()) return "error";
  if (const auto* unknown = value.as_unknown()) return "? " + unknown->reason;
  if (const auto* one_of = value.as_one_of()) {
    std::string result;
    for (const hcl::Value& item : one_of->values) result += (result.empty() ? "" : " or ") + render(item);
    return result;
  }
  if (const auto* list = value.as_list()) {
    std::string result;
    for (const hcl::Value& item : *list) result += (result.empty() ? "" : " ") + render(item);
    return result;
  }
  if (!definite_text(value) && value.as_text() != nullptr) return "? " + value.as_text()->why.reason;
  std::string text = definite_text(value).value_or("?");
  if (text.starts_with(hcl::repository_root)) text.replace(0, hcl::repository_root.size(), "ROOT");
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

Units read(Texts texts) {
  std::map<RepoPath, repo::MemoryTree::File> files;
  Candidates candidates;
  for (auto& [path, text] : texts) {
    const RepoPath file = RepoPath::of(path);
    if (file.name() == "terragrunt.hcl") candidates.units.push_back(file.parent());
    if (file.name() == "terragrunt.stack.hcl") candidates.stacks.push_back(file.parent());
    files[file] = {text, repo::EntryKind::file};
  }
  const repo::MemoryTree tree(files);
  Diagnostics diagnostics;
  return find_units(
      tree, candidates, [](const RepoPath&) { return true; }, diagnostics);
}

std::string value_in(const std::string& text, const std::string& name) {
  Texts texts = surroundings();
  texts[unit_file.str()] = text;
  for (const Unit& unit : read(texts).units) {
    if (unit.directory != unit_file.parent()) continue;
    const auto found = unit.inputs.find(name);
    return found == unit.inputs.end() ? "none" : render(found->second);
  }
  return "no unit";
}

const std::string includes =
    "include \"root\" {\n  path = find_in_parent_folders(\"root.hcl\")\n}\n"
    "include \"common\" {\n  path = \"../../common/c.hcl\"\n}\n";

/// What an expression is in the unit.
std::string in_unit(const std::string& expression) {
  return value_in(includes + "inputs = {\n  x = " + expression + "\n}\n", "x");
}

/// What it is in a file that the unit includes.
std::string in_include(const std::string& expression) {
  Texts texts = surroundings();
  texts["live/common/c.hcl"] = "inputs = {\n  x = " + expression + "\n}\n";
  texts[unit_file.str()] = includes;
  for (const Unit& unit : read(texts).units) {
    if (unit.directory == unit_file.parent()) return render(unit.inputs.at("x"));
  }
  return "no unit";
}

std::string alone(const std::string& expression) { return value_in("inputs = {\n  x = " + expression + "\n}\n", "x"); }

}  // namespace

TEST_CASE("find_in_parent_folders starts above the unit, finds directories too, and gives its fallback as it is") {
  CHECK(in_unit("find_in_parent_folders(\"env.hcl\")") == "ROOT/live/env.hcl");
  CHECK(in_include("find_in_parent_folders(\"env.hcl\")") == "ROOT/live/env.hcl");
  CHECK(in_unit("find_in_parent_folders(\"here.hcl\", \"\")") == "");
  CHECK(in_unit("find_in_parent_folders(\"nowhere.hcl\", \"fall/back\")") == "fall/back");
  CHECK(in_unit("try(find_in_parent_folders(\"nowhere.hcl\"), \"error\")") == "error");
  CHECK(in_unit("find_in_parent_folders(\"common\")") == "ROOT/live/common");
  CHECK(in_unit("find_in_parent_folders(\"read/r.hcl\")") == "ROOT/live/read/r.hcl");
  CHECK(in_unit("find_in_parent_folders()") == "ROOT/live/terragrunt.hcl");
  CHECK(in_unit("find_in_parent_folders(get_env(\"A\"))") == "? the name that is looked for above is not known");
}

TEST_CASE("path functions of includes want a label in a unit with several, and ignore it in an included file") {
  CHECK(in_unit("path_relative_to_include(\"root\")") == "x/u");
  CHECK(in_unit("path_relative_to_include(\"common\")") == "../x/u");
  CHECK(in_unit("try(path_relative_to_include(), \"error\")") == "error");
  CHECK(in_unit("try(path_relative_to_include(\"bad\"), \"error\")") == "error");
  CHECK(in_include("path_relative_to_include(\"root\")") == "../x/u");
  CHECK(alone("path_relative_to_include()") == ".");
  CHECK(in_unit("path_relative_from_include(\"root\")") == "../..");
  CHECK(alone("path_relative_from_include()") == ".");
  CHECK(in_unit("get_parent_terragrunt_dir(\"root\")") == "ROOT/live");
  CHECK(in_include("get_parent_terragrunt_dir()") == "ROOT/live/common");
  CHECK(alone("get_parent_terragrunt_dir()") == "ROOT/live/x/u");
}

TEST_CASE("directories are the unit's in included files too, and a read file's own in that") {
  CHECK(in_include("get_terragrunt_dir()") == "ROOT/live/x/u");
  CHECK(in_include("get_original_terragrunt_dir()") == "ROOT/live/x/u");
  CHECK(alone("read_terragrunt_config(\"../../read/r.hcl\").locals.dir") == "ROOT/live/read");
  CHECK(alone("read_terragrunt_config(\"../../read/r.hcl\").locals.original") == "ROOT/live/x/u");
  CHECK(alone("read_terragrunt_config(\"../../read/r.hcl\").locals.relative") == ".");
  CHECK(alone("read_terragrunt_config(\"../../read/r.hcl\").locals.beside") == "read");
  CHECK(alone("get_repo_root()") == "ROOT");
  CHECK(alone("get_path_from_repo_root()") == "live/x/u");
  CHECK(alone("get_path_to_repo_root()") == "../../..");
}

TEST_CASE("configuration and variables are read beside the unit, other files beside the text") {
  CHECK(in_include("read_terragrunt_config(\"here.hcl\").locals.at") == "u");
  CHECK(in_include("jsondecode(read_tfvars_file(\"here.tfvars\")).at") == "tfvars of u");
  CHECK(in_include("file(\"here.txt\")") == "file of common");
  CHECK(in_unit("file(\"here.txt\")") == "file of u");
  CHECK(in_include("fileexists(\"here.tftpl\")") == "false");
  CHECK(in_unit("templatefile(\"here.tftpl\", { n = 1 })") == "n=1");
  CHECK(in_unit("templatefile(\"here.tftpl\", get_env(\"N\"))") == "? the variables of the template are not known");
  CHECK(in_unit("try(file(\"nowhere.txt\"), \"error\")") == "error");
  CHECK(in_unit("read_terragrunt_config(\"nowhere.hcl\", { a = \"default\" }).a") == "default");
  CHECK(in_unit("try(read_terragrunt_config(\"nowhere.hcl\"), \"error\")") == "error");
  CHECK(in_unit("try(read_tfvars_file(\"nowhere.tfvars\"), \"error\")") == "error");
  CHECK(in_unit("mark_as_read(\"nowhere.txt\")") == "nowhere.txt");
}

TEST_CASE("what the machine, the environment or a command says is not known, and why") {
  CHECK(alone("get_env(\"A\")") == "? the environment variable A is not known");
  CHECK(alone("get_env(\"A\", \"d\")") == "d or ? the environment variable A is not known");
  CHECK(alone("run_cmd(\"date\")") == "? what a command prints is not known");
  CHECK(alone("sops_decrypt_file(\"s.yaml\")") == "? what is encrypted is not known");
  CHECK(alone("get_aws_account_id()") == "? it hangs on how Terragrunt is run");
  CHECK(alone("get_platform()") == "? it hangs on how Terragrunt is run");
  CHECK(alone("filemd5(\"here.txt\")") == "? a digest of a file is not worked out");
  CHECK(alone("fileset(\".\", \"*.txt\")") == "? which files there are is not known");
  CHECK(alone("mark_glob_as_read(\"*.txt\")") == "? which files the glob matches is not known");
  CHECK(alone("read_terragrunt_config(get_env(\"A\"))") == "? which configuration is read is not known");
  CHECK(alone("read_tfvars_file(get_env(\"A\"))") == "? which file of variables is read is not known");
  CHECK(alone("file(get_env(\"A\"))") == "? which file is read is not known");
  CHECK(alone("abspath(\"x\")") == "? where Terragrunt is started is not known");
  CHECK(alone("dependency.vpc.outputs.id") == "? dependency.vpc is known after its apply");
  CHECK(alone("feature.f.value") == "? a feature of another file");
  CHECK(value_in("remote_state = get_env(\"A\")\ninputs = {\n  x = 1\n}\n", "x") == "1");
}

TEST_CASE("lists of commands are Terragrunt's, and strings are asked as Terraform does") {
  CHECK(alone("get_terraform_commands_that_need_vars()") == "apply console destroy import plan push refresh");
  CHECK(alone("get_terraform_commands_that_need_input()") == "apply import init plan refresh");
  CHECK(alone("get_terraform_commands_that_need_locking()") == "apply destroy import init plan refresh taint untaint");
  CHECK(alone("get_terraform_commands_that_need_parallelism()") == "apply plan destroy");
  CHECK(alone("get_terragrunt_source_cli_flag()") == "");
  CHECK(alone("startswith(\"abc\", \"ab\")") == "true");
  CHECK(alone("trimprefix(get_terragrunt_dir(), get_repo_root())") == "/live/x/u");
  CHECK(alone("replace(get_terragrunt_dir(), get_repo_root(), \"\")") == "/live/x/u");
  CHECK(alone("trimsuffix(get_terragrunt_dir(), \"u\")") == "ROOT/live/x/");
  CHECK(alone("startswith(get_terragrunt_dir(), get_repo_root())") == "true");
  CHECK(alone("basename(get_terragrunt_dir())") == "u");
}

TEST_CASE("files that read each other in a circle end, and so do locals") {
  Texts texts = surroundings();
  texts["live/a.hcl"] = "locals {\n  b = read_terragrunt_config(\"b.hcl\")\n}\n";
  texts["live/b.hcl"] = "locals {\n  a = read_terragrunt_config(\"a.hcl\")\n}\n";
  texts[unit_file.str()] = "inputs = {\n  x = read_terragrunt_config(\"../../a.hcl\").locals.b.locals.a\n}\n";
  for (const Unit& unit : read(texts).units) {
    if (unit.directory == unit_file.parent())
      CHECK(render(unit.inputs.at("x")) == "? files read each other in a circle");
  }
  CHECK(value_in("locals {\n  a = local.b\n  b = local.a\n}\ninputs = {\n  x = try(local.a, \"circle\")\n}\n", "x") ==
        "circle");
}

TEST_CASE("a unit's directory below a template's is a template too, and what only includes use is a root") {
  const Units units = read({{"live/terragrunt.hcl", "locals {\n}\n"},
                            {"live/a/terragrunt.hcl", "include {\n  path = find_in_parent_folders()\n}\n"},
                            {"catalog/u/terragrunt.hcl", "inputs = {\n  n = values.n\n}\n"}});
  CHECK(units.units.size() == 2);  // the root has code here
  REQUIRE(units.others.size() == 1);
  CHECK(units.others.front().directory == RepoPath::of("catalog/u"));
}
