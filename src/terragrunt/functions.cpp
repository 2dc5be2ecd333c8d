#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hcl/fold_functions.hpp"
#include "hcl/parse.hpp"
#include "hcl/text_pieces.hpp"
#include "terraform/decode_yaml.hpp"
#include "terraform/references.hpp"
#include "terragrunt/file_scope.hpp"
#include "terragrunt/root_text.hpp"
#include "terragrunt/run_command.hpp"

namespace statelane::terragrunt {

namespace {

using hcl::Value;
using Arguments = std::span<const Value>;
using namespace std::string_view_literals;

Value unknown(std::string reason) { return Value::unknown(std::move(reason), {}); }

Value path_value(const RepoPath& path) { return Value::text(absolute_text(path)); }

/// Characters of GitLab's pattern language as themselves.
std::string escape_glob(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if ("\\*?[]{}"sv.find(letter) != std::string_view::npos) result += '\\';
    result += letter;
  }
  return result;
}

/// A glob for a name of which only parts are known, below any directory.
std::string glob_of(const Value& name) {
  const auto* text = name.as_text();
  std::string result;
  bool has_open = false;
  for (const auto& piece : text == nullptr ? std::vector<std::optional<std::string>>{std::nullopt} : text->pieces) {
    if (piece) {
      result += escape_glob(*piece);
    } else if (!has_open) {
      result += result.empty() ? "**/*" : "{*,*/**/*}";
      has_open = true;
    } else {
      return result + "{*,*/**/*}";
    }
  }
  return result;
}

std::string below(const RepoPath& directory, const std::string& glob) {
  return (directory.is_root() ? "" : escape_glob(directory.str()) + "/") + glob;
}

/// The directory of the include that a path function is asked about; empty where it answers as for none, an error value
/// where several could be meant.
struct IncludeChoice {
  std::optional<RepoPath> directory;
  bool is_error = false;
};

IncludeChoice choose_include(FileScope& scope, Arguments arguments) {
  if (scope.include_directory()) return {scope.include_directory(), false};
  const auto& includes = scope.context().includes;
  if (includes.empty()) return {};
  if (includes.size() == 1) return {includes.front().file.parent(), false};
  const auto label = arguments.empty() ? std::nullopt : definite_text(arguments[0]);
  const auto found = std::find_if(includes.begin(), includes.end(),
                                  [&](const Include& include) { return label && include.label == *label; });
  return found == includes.end() ? IncludeChoice{std::nullopt, true} : IncludeChoice{found->file.parent(), false};
}

Value path_relative_to_include(FileScope& scope, Arguments arguments) {
  const IncludeChoice choice = choose_include(scope, arguments);
  if (choice.is_error) return Value::error({});
  return Value::text(choice.directory ? relative_path(*choice.directory, scope.context().directory) : ".");
}

Value path_relative_from_include(FileScope& scope, Arguments arguments) {
  const IncludeChoice choice = choose_include(scope, arguments);
  if (choice.is_error) return Value::error({});
  return Value::text(choice.directory ? relative_path(scope.context().directory, *choice.directory) : ".");
}

Value parent_directory(FileScope& scope, Arguments arguments) {
  const IncludeChoice choice = choose_include(scope, arguments);
  if (choice.is_error) return Value::error({});
  return path_value(choice.directory.value_or(scope.context().directory));
}

Value terragrunt_directory(FileScope& scope, Arguments) { return path_value(scope.context().directory); }
Value original_directory(FileScope& scope, Arguments) { return path_value(scope.evaluation().original()); }
Value repo_root(FileScope&, Arguments) { return path_value(RepoPath()); }
Value path_from_root(FileScope& scope, Arguments) {
  return Value::text(relative_path(RepoPath(), scope.context().directory));
}
Value path_to_root(FileScope& scope, Arguments) {
  return Value::text(relative_path(scope.context().directory, RepoPath()));
}

/// Tells why something is not known that more may hang on than a value of a variable.
Value unknown_from(FileScope& scope, std::string reason) {
  scope.evaluation().log().remarks.push_back({scope.here(), reason});
  return unknown(std::move(reason));
}

/// Looks in every directory above the one of the context, never in that itself. A miss is an input as well.
Value find_in_parents(FileScope& scope, Arguments arguments) {
  std::vector<std::string> names = {"terragrunt.hcl.json", "terragrunt.hcl"};
  const auto name = arguments.empty() ? std::nullopt : definite_text(arguments[0]);
  if (name) names = {*name};
  for (RepoPath place = scope.context().directory; !place.is_root();) {
    place = place.parent();
    if (!arguments.empty() && !name) {
      scope.evaluation().note(Read::Kind::data, place, scope.here(),
                              below(scope.evaluation().files().origin(place), glob_of(arguments[0])));
      continue;
    }
    for (const std::string& wanted : names) {
      const auto path = place.resolve(wanted);
      if (!path) continue;
      scope.evaluation().note(Read::Kind::evaluated, *path, scope.here());
      if (scope.evaluation().files().kind(*path) != Files::Kind::none) return path_value(*path);
    }
  }
  if (!arguments.empty() && !name) return unknown_from(scope, "the name that is looked for above is not known");
  return arguments.size() > 1 ? arguments[1] : Value::error({});
}

/// A file that another one names, relative to `from`; empty where it is not known or lies elsewhere.
std::optional<RepoPath> named_file(FileScope& scope, const Value& path, const RepoPath& from, std::string_view what) {
  const auto text = definite_text(path);
  if (!text) scope.evaluation().note_open(path, from, scope.here(), std::string(what));
  return text ? to_path(*text, from) : std::nullopt;
}

Value read_config(FileScope& scope, Arguments arguments) {
  auto path = named_file(scope, arguments[0], scope.context().directory, "a file that is read as configuration");
  if (!path) return unknown("which configuration is read is not known");
  Evaluation& evaluation = scope.evaluation();
  if (evaluation.files().kind(*path) == Files::Kind::directory) {
    if (auto inside = evaluation.config_file_in(*path, scope.here())) path = *inside;
  }
  evaluation.note(Read::Kind::evaluated, *path, scope.here());
  if (evaluation.files().kind(*path) != Files::Kind::file)
    return arguments.size() > 1 ? arguments[1] : Value::error({});
  return evaluation.read_config(*path, scope.here()).value;
}

/// The literals of a file of variables as JSON text.
Value read_variables(FileScope& scope, Arguments arguments) {
  const auto path = named_file(scope, arguments[0], scope.context().directory, "a file of variables that is read");
  if (!path) return unknown("which file of variables is read is not known");
  scope.evaluation().note(Read::Kind::evaluated, *path, scope.here());
  const hcl::File* file = scope.evaluation().find_file(*path);
  if (file == nullptr) return Value::error({});
  const hcl::Scope nothing{
      [](std::string_view, std::string_view, const SourceRange& range) { return Value::error(range); }};
  Value::Map values;
  for (const hcl::Attribute& attribute : file->body().attributes)
    values.insert_or_assign(std::string(attribute.name), hcl::fold(*attribute.value, nothing));
  const Value object{std::move(values)};
  return hcl::call_function("jsonencode", std::span(&object, 1), {});
}

Value decrypt(FileScope& scope, Arguments arguments) {
  const auto path = named_file(scope, arguments[0], scope.context().directory, "a file that is decrypted");
  if (path) scope.evaluation().note(Read::Kind::evaluated, *path, scope.here());
  return unknown("what is encrypted is not known");
}

Value mark_as_read(FileScope& scope, Arguments arguments) {
  const auto path = named_file(scope, arguments[0], scope.context().directory, "a file that is marked as read");
  if (path) scope.evaluation().note(Read::Kind::data, *path, scope.here());
  return arguments[0];
}

Value mark_glob(FileScope& scope, Arguments arguments) {
  const Value& glob = arguments.back();
  const auto text = definite_text(glob);
  const RepoPath& from = scope.context().directory;
  const std::size_t wildcard = text ? std::min(text->find_first_of("*?[{"), text->size()) : 0;
  const std::size_t slash = text ? text->rfind('/', wildcard) : std::string::npos;
  const auto directory = to_path(text && slash != std::string::npos ? text->substr(0, slash) : ".", from);
  std::string rest = !text ? "**/*" : slash == std::string::npos ? *text : text->substr(slash + 1);
  if (rest.find("..") != std::string::npos) rest = "**/*";
  // Between slashes two stars stand for one directory at least.
  if (rest.starts_with("**/")) rest.insert(0, "*/");
  if (directory)
    scope.evaluation().note(Read::Kind::data, *directory, scope.here(),
                            below(scope.evaluation().files().origin(*directory), rest));
  return unknown("which files the glob matches is not known");
}

Value environment(FileScope&, Arguments arguments) {
  const auto name = definite_text(arguments[0]).value_or("");
  const Value any = unknown(fmt::format("the environment variable {} is not known", name));
  if (arguments.size() < 2) return any;
  return Value{Value::OneOf{{arguments[1], any}}};
}

Value run_cmd(FileScope& scope, Arguments arguments) {
  note_command(scope, arguments, scope.context().directory);
  return unknown_from(scope, "what a command prints is not known");
}

Value commands(std::initializer_list<std::string_view> names) {
  Value::List list;
  for (const std::string_view name : names) list.push_back(Value::text(std::string(name)));
  return Value{std::move(list)};
}

Value commands_that_need_vars(FileScope&, Arguments) {
  return commands({"apply", "console", "destroy", "import", "plan", "push", "refresh"});
}
Value commands_that_need_input(FileScope&, Arguments) {
  return commands({"apply", "import", "init", "plan", "refresh"});
}
Value commands_that_need_locking(FileScope&, Arguments) {
  return commands({"apply", "destroy", "import", "init", "plan", "refresh", "taint", "untaint"});
}
Value commands_that_need_parallelism(FileScope&, Arguments) { return commands({"apply", "plan", "destroy"}); }

Value source_flag(FileScope&, Arguments) { return Value::text(""); }
Value not_known(FileScope&, Arguments) { return unknown("it hangs on how Terragrunt is run"); }

struct Row {
  std::string_view name;
  Value (*function)(FileScope&, Arguments);
  std::size_t least = 0;
};

/// Source: Terragrunt's page "Functions".
constexpr std::array rows = {
    Row{"constraint_check", not_known},
    Row{"deep_merge", not_known},
    Row{"find_in_parent_folders", find_in_parents},
    Row{"get_aws_account_alias", not_known},
    Row{"get_aws_account_id", not_known},
    Row{"get_aws_caller_identity_arn", not_known},
    Row{"get_aws_caller_identity_user_id", not_known},
    Row{"get_default_retryable_errors", not_known},
    Row{"get_env", environment, 1},
    Row{"get_original_terragrunt_dir", original_directory},
    Row{"get_parent_terragrunt_dir", parent_directory},
    Row{"get_path_from_repo_root", path_from_root},
    Row{"get_path_to_repo_root", path_to_root},
    Row{"get_platform", not_known},
    Row{"get_repo_root", repo_root},
    Row{"get_terraform_cli_args", not_known},
    Row{"get_terraform_command", not_known},
    Row{"get_terraform_commands_that_need_input", commands_that_need_input},
    Row{"get_terraform_commands_that_need_locking", commands_that_need_locking},
    Row{"get_terraform_commands_that_need_parallelism", commands_that_need_parallelism},
    Row{"get_terraform_commands_that_need_vars", commands_that_need_vars},
    Row{"get_terragrunt_dir", terragrunt_directory},
    Row{"get_terragrunt_source_cli_flag", source_flag},
    Row{"get_working_dir", not_known},
    Row{"mark_as_read", mark_as_read, 1},
    Row{"mark_glob_as_read", mark_glob, 1},
    Row{"path_relative_from_include", path_relative_from_include},
    Row{"path_relative_to_include", path_relative_to_include},
    Row{"read_terragrunt_config", read_config, 1},
    Row{"read_tfvars_file", read_variables, 1},
    Row{"run_cmd", run_cmd, 1},
    Row{"sops_decrypt_file", decrypt, 1},
};

/// The content of a file as text. What is not there is an error.
Value read_text(FileScope& scope, const RepoPath& path) {
  const auto text = scope.evaluation().files().read(path);
  if (!text) return Value::error({});
  if (text->size() > hcl::longest_text) return unknown(fmt::format("{} is too large to be read", path.display()));
  return Value{hcl::to_normal_form(*text)};
}

/// A template knows its variables and nothing else.
Value render_template(FileScope& scope, const RepoPath& path, const Value& variables) {
  const auto text = scope.evaluation().files().read(path);
  if (!text) return Value::error({});
  if (text->size() > hcl::longest_text) return unknown("the template is too large to be read");
  Diagnostics faults;
  const hcl::File file = hcl::parse_template(*text, path, faults);
  if (file.has_faults() || file.expression() == nullptr) return Value::error({});
  std::vector<hcl::Variable> names;
  if (const auto* map = variables.as_map()) {
    for (const auto& [name, value] : *map) names.emplace_back(name, value);
  } else {
    return unknown("the variables of the template are not known");
  }
  const hcl::Scope inside{
      [](std::string_view, std::string_view, const SourceRange& range) { return Value::error(range); }, names,
      [&](std::string_view name, Arguments arguments) { return call_terragrunt_function(scope, name, arguments); }};
  return hcl::fold(*file.expression(), inside);
}

/// The pattern means the same in GitLab's language.
bool is_plain_pattern(std::string_view pattern) {
  const bool has_others = pattern.find_first_of("[]{}\\?!^") != std::string_view::npos;
  for (std::size_t at = pattern.find("**"); at != std::string_view::npos; at = pattern.find("**", at + 2)) {
    const bool is_alone = (at == 0 || pattern[at - 1] == '/') && at + 2 < pattern.size() && pattern[at + 2] == '/';
    if (!is_alone) return false;
  }
  return !has_others && !pattern.empty();
}

/// Terraform's functions that read files: relative to the directory of the file in which the text stands.
Value call_file_function(FileScope& scope, std::string_view name, Arguments arguments) {
  const RepoPath from = scope.path().parent();
  const auto path = named_file(scope, arguments[0], from, "a file that is read");
  if (!path) return unknown("which file is read is not known");
  Evaluation& evaluation = scope.evaluation();
  if (name == "fileset") {
    // A pattern that climbs may lead anywhere.
    const auto pattern = arguments.size() > 1 ? definite_text(arguments[1]) : std::nullopt;
    const bool may_climb = !pattern || pattern->find("..") != std::string::npos;
    const RepoPath directory = may_climb ? RepoPath() : *path;
    const std::string glob = !may_climb && is_plain_pattern(*pattern) ? *pattern : "**/*";
    evaluation.note(Read::Kind::data, directory, scope.here(), below(evaluation.files().origin(directory), glob));
    return unknown("which files there are is not known");
  }
  evaluation.note(Read::Kind::evaluated, *path, scope.here());
  if (name == "fileexists") return Value{evaluation.files().kind(*path) == Files::Kind::file};
  if (name == "file") return read_text(scope, *path);
  if (name == "templatefile")
    return arguments.size() > 1 ? render_template(scope, *path, arguments[1]) : Value::error({});
  if (evaluation.files().kind(*path) != Files::Kind::file) return Value::error({});
  return unknown("a digest of a file is not worked out");
}

}  // namespace

std::optional<Value> call_terragrunt_function(FileScope& scope, std::string_view name, Arguments arguments) {
  if (name.starts_with("core::")) name.remove_prefix(6);
  const auto row = std::lower_bound(rows.begin(), rows.end(), name,
                                    [](const Row& entry, std::string_view wanted) { return entry.name < wanted; });
  if (row != rows.end() && row->name == name)
    return arguments.size() < row->least ? Value::error({}) : row->function(scope, arguments);
  if (terraform::is_file_function(name) && !arguments.empty()) return call_file_function(scope, name, arguments);
  if (name == "fileset" && !arguments.empty()) return call_file_function(scope, name, arguments);
  if (name == "yamldecode" && arguments.size() == 1) {
    const auto text = arguments[0].as_text() != nullptr ? arguments[0].as_known_string() : std::nullopt;
    return text ? std::optional(terraform::decode_yaml(*text)) : std::nullopt;
  }
  return call_on_root_text(name, arguments);
}

}  // namespace statelane::terragrunt
