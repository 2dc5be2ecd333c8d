#include "states/module_scope.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hcl/alternatives.hpp"
#include "hcl/text_pieces.hpp"
#include "repo/links.hpp"
#include "states/file_sets.hpp"
#include "states/loops.hpp"
#include "states/partial_text.hpp"
#include "states/path_inputs.hpp"
#include "states/remote_reads.hpp"
#include "states/variable_types.hpp"
#include "terraform/decode_yaml.hpp"

namespace statelane::states {

using hcl::Value;

namespace {

/// Null, which a variable that is not nullable takes as "use the default".
bool may_be_null(const Value& value) {
  if (const auto* one_of = value.as_one_of())
    return std::any_of(one_of->values.begin(), one_of->values.end(), may_be_null);
  return value.is_null();
}

Value with_alternative(const Value& value, const Value& other) { return hcl::join_alternatives({value, other}); }

/// What is not known though it stands in the repository: it may hold `..`.
Value unknown_here(std::string reason, const SourceRange& range) {
  return Value{Value::Unknown{std::move(reason), range, false, true}};
}

std::optional<Value> list_files(const Lane& lane, std::span<const Value> arguments) {
  const auto pattern = arguments[1].as_known_string();
  const auto* directory = arguments[0].as_text();
  const bool is_known = directory != nullptr && directory->pieces.size() <= 1 && arguments[0].is_certain();
  if (!pattern) return std::nullopt;
  // The names are relative to the directory, and lie below it where the pattern does not climb.
  const bool may_climb = pattern->find("..") != std::string::npos;
  const Value uncertain{Value::Unknown{"not everything that fileset lists is known", {}, false, may_climb}};
  if (!is_known) return uncertain;
  const std::string path = directory->pieces.empty() ? "" : *directory->pieces.front();
  const auto files = list_file_set(lane.tree, lane.working_directory, path, *pattern);
  if (!files) return uncertain;
  Value::List result;
  result.is_set = true;
  for (const std::string& file : *files) result.emplace_back(hcl::to_normal_form(file));
  return Value{std::move(result)};
}

/// The content of a file of the tree. One that is too large, or not there, may hold anything.
std::optional<Value> read_text(const Lane& lane, const Value& path) {
  const auto* text = path.as_text();
  if (text == nullptr || !path.is_certain() || text->pieces.empty()) return std::nullopt;
  const auto target = resolve_lexically(lane.working_directory, *text->pieces.front());
  if (!target) return Value::unknown("the file lies outside the repository", {});
  const auto found = repo::resolve_links(lane.tree, RepoPath(), target->str());
  const bool is_file = found.outcome == repo::Resolved::Outcome::found && found.kind != repo::EntryKind::directory &&
                       found.kind != repo::EntryKind::submodule;
  if (!is_file) {
    const std::string reason = fmt::format("{} is not in the repository", target->display());
    // What is made before the plan comes from outside. A submodule's files are somebody's, and a directory is no file.
    const bool is_absent =
        found.outcome == repo::Resolved::Outcome::missing && !lies_in_submodule(lane.tree, found.path);
    return is_absent ? Value::unknown(reason, {}) : unknown_here(reason, {});
  }
  if (lane.tree.size(found.path) > hcl::longest_text)
    return unknown_here(fmt::format("{} is too large to be read", target->display()), {});
  Value::Text content = hcl::to_normal_form(lane.tree.read(found.path));
  content.is_content = true;
  return Value{std::move(content)};
}

}  // namespace

bool is_local_source(std::string_view source) {
  return source.starts_with("./") || source.starts_with("../") || source == "." || source == ".." ||
         source.starts_with(repository_root);
}

std::optional<Value> call_file_function(const Lane& lane, std::string_view name, std::span<const Value> arguments) {
  if (name.starts_with("core::")) name.remove_prefix(6);
  if (name == "yamldecode" && arguments.size() == 1) {
    const auto text = arguments[0].as_text() != nullptr ? arguments[0].as_known_string() : std::nullopt;
    return text ? std::optional(terraform::decode_yaml(*text)) : std::nullopt;
  }
  const bool is_set = name == "fileset" && arguments.size() == 2;
  const bool is_file = name == "file" && arguments.size() == 1;
  if (!is_set && !is_file) return std::nullopt;
  for (const Value& argument : arguments) {
    if (argument.is_null()) return Value::error({});
  }
  return is_set ? list_files(lane, arguments) : read_text(lane, arguments[0]);
}

ModuleScope::ModuleScope(const Module& module, const Lane& lane, std::string path, Arguments arguments, bool is_root)
    : module_(module), lane_(lane), path_(std::move(path)), arguments_(std::move(arguments)), is_root_(is_root) {
  for (auto& [name, value] : arguments_) {
    const auto declared = module_.variables.find(name);
    if (declared != module_.variables.end() && declared->second.type != nullptr)
      value = convert_to_type(value, *declared->second.type);
  }
}

ModuleScope::~ModuleScope() = default;

Value ModuleScope::fold(const hcl::Expression& expression, std::span<const hcl::Variable> variables) const {
  const hcl::Scope scope{
      [&](std::string_view root, std::string_view name, const SourceRange& range) { return lookup(root, name, range); },
      variables,
      [&](std::string_view name, std::span<const Value> arguments) {
        return call_file_function(lane_, name, arguments);
      },
      [&](const hcl::Object& object, std::string_view name) { return attribute(object, name); }};
  return hcl::fold(expression, scope);
}

Value ModuleScope::lookup(std::string_view root, std::string_view name, const SourceRange& range) const {
  if (root == "local") return local_value(name, range);
  if (root == "var") return variable_value(name, range);
  if (root == "path") return path_value(name, range);
  if (root == "terraform" && name == "workspace" && !lane_.workspace.empty()) {
    return Value::text(lane_.workspace);
  }
  const std::string reason = fmt::format("{}.{} is not known before the plan", root, name);
  const bool is_file = root == "data" && (name == "local_file" || name == "local_sensitive_file" ||
                                          (name == "terraform_remote_state" && reads_stored_file()));
  if (root == "module") return module_value(name, reason, range);
  return is_file ? unknown_here(reason, range) : Value::unknown(reason, range);
}

/// The object of all outputs of a module that is called once.
Value ModuleScope::module_value(std::string_view name, const std::string& reason, const SourceRange& range) const {
  std::optional<Value> result;
  for (const Module::Call& candidate : module_.calls) {
    if (candidate.call.name != name || !only_target(candidate)) continue;
    const Children* children = result ? nullptr : children_of(candidate);
    const bool is_one = children != nullptr && children->size() == 1 && !candidate.call.has_instances;
    if (!is_one || !children->front()->is_read_whole()) return unknown_here(reason, range);
    Value::Map outputs;
    for (const auto& [output, definition] : children->front()->module_.outputs)
      outputs.emplace(output, children->front()->output_value(output));
    result = Value{std::move(outputs)};
  }
  return result ? *std::move(result) : Value::unknown(reason, range);
}

/// A remote state of the module may be a file of the tree: then its outputs stand in the repository.
bool ModuleScope::reads_stored_file() const {
  if (reads_stored_file_) return *reads_stored_file_;
  reads_stored_file_ = true;  // where the path of one depends on another
  const Fold fold_here = [&](const hcl::Expression& value, std::span<const hcl::Variable> variables) {
    return fold(value, variables);
  };
  std::vector<Unknown> unknown;
  const bool is_stored =
      std::any_of(module_.remote_states.begin(), module_.remote_states.end(), [&](const Module::Read& read) {
        const auto found = find_remote_reads(module_, read, fold_here, lane_.working_directory, unknown);
        return may_be_stored(found.files, lane_.tree, lane_.working_directory);
      });
  reads_stored_file_ = is_stored;
  return is_stored;
}

/// Terraform refuses locals that depend on themselves, so what they are does not matter.
Value ModuleScope::local_value(std::string_view name, const SourceRange& range) const {
  const auto found = module_.locals.find(name);
  if (found == module_.locals.end()) return Value::unknown(fmt::format("local.{} is not defined", name), range);
  const auto known = locals_.find(name);
  if (known != locals_.end()) return known->second;
  const std::string whole_name = fmt::format("local.{}", name);
  if (!folding_.insert(whole_name).second) {
    // Through a module all its arguments are folded, so that the circle may be none.
    const bool is_circle = std::all_of(folding_.begin(), folding_.end(),
                                       [](const std::string& other) { return other.starts_with("local."); });
    const std::string reason = whole_name + " depends on itself";
    return is_circle ? Value::unknown(reason, range) : unknown_here(reason, range);
  }
  Value value = alternatives_value(found->second);
  folding_.erase(whole_name);
  locals_.emplace(found->first, value);
  return value;
}

Value ModuleScope::variable_value(std::string_view name, const SourceRange& range) const {
  const auto given = arguments_.find(std::string(name));
  if (given == arguments_.end()) return default_value(name, range);
  if (!may_be_null(given->second)) return given->second;
  return with_alternative(given->second, default_value(name, range));
}

Value ModuleScope::default_value(std::string_view name, const SourceRange& range) const {
  const auto declared = module_.variables.find(name);
  std::optional<Value> initial = declared != module_.variables.end() ? initial_value(declared->second) : std::nullopt;
  if (!is_root_) return initial ? *std::move(initial) : Value::unknown(fmt::format("var.{} has no value", name), range);
  Value unknown = Value::unknown(fmt::format("var.{} is fixed by no variable file", name), range);
  // From outside it may get any value; the default is the likeliest.
  return initial ? with_alternative(*initial, unknown) : unknown;
}

std::optional<Value> ModuleScope::initial_value(const Module::Variable& variable) const {
  std::optional<Value> result;
  for (const terraform::Variable* alternative : variable.alternatives) {
    if (alternative->value == nullptr) continue;
    Value value = fold(*alternative->value);
    if (variable.type != nullptr) value = convert_to_type(value, *variable.type);
    result = result ? with_alternative(*result, value) : std::move(value);
  }
  return result;
}

Value ModuleScope::alternatives_value(const Module::Definition& definition) const {
  std::optional<Value> result;
  for (const terraform::NamedExpression* expression : definition.alternatives) {
    Value value = fold(*expression->value);
    result = result ? with_alternative(*result, value) : std::move(value);
  }
  return result ? *std::move(result) : Value{};
}

Value ModuleScope::path_value(std::string_view name, const SourceRange& range) const {
  if (name == "module") return Value::text(path_);
  if (name == "root") return Value::text(".");
  const std::string here = absolute_text(lane_.working_directory);
  if (name == hcl::working_directory) return Value::text(here);
  if (name == "cwd" && lane_.working_directory.is_root()) return Value::text(here);
  // Terraform was started there: in the state's directory, or, in jobs that say `-chdir`, mostly at the root.
  if (name == "cwd") return with_alternative(Value::text(here), Value::text(std::string(started_at_root)));
  return Value::unknown(fmt::format("path.{} is nothing", name), range);
}

std::optional<hcl::ObjectAttribute> ModuleScope::attribute(const hcl::Object& object, std::string_view name) const {
  if (object.kind == "module") return output(object.name, name);
  return plain_attribute(object, name);
}

std::optional<hcl::ObjectAttribute> ModuleScope::plain_attribute(const hcl::Object& object,
                                                                 std::string_view name) const {
  // What these two give back is what they were given.
  if (name == "output" && object.kind == "terraform_data") name = "input";
  if (name == "outputs" && object.type == "null_data_source") name = "inputs";
  std::optional<std::vector<Value>> values;
  bool has_instances = false;
  for (const Module::Object& candidate : module_.objects) {
    const terraform::PlainObject& block = *candidate.block;
    if (block.kind != object.kind || block.type != object.type || block.name != object.name) continue;
    const auto found = std::find_if(block.attributes.begin(), block.attributes.end(),
                                    [&](const terraform::NamedExpression& entry) { return entry.name == name; });
    has_instances = has_instances || block.has_instances;
    if (found == block.attributes.end()) continue;
    if (!candidate.is_alternative || !values) values.emplace();
    const std::string whole_name = fmt::format("{}.{}.{}.{}", block.kind, block.type, block.name, name);
    if (!folding_.insert(whole_name).second) return std::nullopt;
    const Fold fold_here = [&](const hcl::Expression& value, std::span<const hcl::Variable> variables) {
      return fold(value, variables);
    };
    for (const Round& round : find_rounds(block.loops, fold_here)) values->push_back(fold(*found->value, round));
    folding_.erase(whole_name);
  }
  if (!values || (values->empty() && !has_instances)) return std::nullopt;
  if (!has_instances) return hcl::ObjectAttribute{hcl::join_alternatives(*std::move(values)), false};
  Value::List all(values->begin(), values->end());
  all.is_open = true;
  return hcl::ObjectAttribute{Value{std::move(all)}, true};
}

std::optional<hcl::ObjectAttribute> ModuleScope::output(std::string_view call, std::string_view name) const {
  std::optional<hcl::ObjectAttribute> result;
  for (const Module::Call& candidate : module_.calls) {
    if (candidate.call.name != call) continue;
    const Children* children = result ? nullptr : children_of(candidate);
    if (children == nullptr) return std::nullopt;
    Value::List values;
    for (const auto& child : *children) values.push_back(child->output_value(name));
    values.is_open = true;
    const bool has_instances = candidate.call.has_instances;
    if (!has_instances && values.size() != 1) return std::nullopt;
    result = {has_instances ? Value{std::move(values)} : values.front(), has_instances};
  }
  return result;
}

/// What stands behind a fault, or behind where reading ended, may be an output too.
bool ModuleScope::is_read_whole() const {
  return std::none_of(module_.files.begin(), module_.files.end(),
                      [](const LoadedFile& file) { return file.facts->has_faults || file.facts->is_cut; });
}

Value ModuleScope::output_value(std::string_view name) const {
  const auto found = module_.outputs.find(name);
  if (found == module_.outputs.end()) return unknown_here(fmt::format("there is no output {}", name), {});
  const std::string whole_name = fmt::format("output.{}", name);
  if (!folding_.insert(whole_name).second) return unknown_here(whole_name + " depends on itself", {});
  Value value = alternatives_value(found->second);
  folding_.erase(whole_name);
  return value;
}

/// Empty when the source is no directory of the repository, or not the only one that it may be.
std::optional<ModuleTarget> ModuleScope::only_target(const Module::Call& call) const {
  const auto source = call.call.source != nullptr ? fold(*call.call.source).as_known_string() : std::nullopt;
  if (!source || !is_local_source(*source)) return std::nullopt;
  repo::Resolved resolved;
  return target_of(*source, resolved);
}

std::optional<ModuleTarget> ModuleScope::target_of(std::string_view source, repo::Resolved& resolved) const {
  const auto path = resolve_lexically(module_.directory, source);
  if (!path) return std::nullopt;
  resolved = repo::resolve_links(lane_.tree, RepoPath(), path->str());
  const bool is_inside =
      resolved.outcome == repo::Resolved::Outcome::found || resolved.outcome == repo::Resolved::Outcome::missing;
  if (!is_inside) return std::nullopt;
  // Terraform writes down where links lead to.
  std::string text = resolved.links.empty() ? hcl::clean_path(path_ + "/" + std::string(source))
                                            : relative_path(lane_.working_directory, resolved.path);
  return ModuleTarget{resolved.path, std::move(text)};
}

std::vector<Arguments> ModuleScope::arguments_of(const Module::Call& call) const {
  std::vector<const terraform::ModuleCall*> blocks = {&call.call};
  blocks.insert(blocks.end(), call.overrides.begin(), call.overrides.end());
  const Fold fold_here = [&](const hcl::Expression& value, std::span<const hcl::Variable> variables) {
    return fold(value, variables);
  };
  std::vector<Arguments> result;
  for (const Round& round : find_rounds(call.call.loops, fold_here)) {
    Arguments& arguments = result.emplace_back();
    for (const terraform::ModuleCall* block : blocks) {
      for (const auto& argument : block->arguments)
        arguments.insert_or_assign(std::string(argument.name), fold(*argument.value, round));
    }
  }
  return result;
}

const ModuleScope::Children* ModuleScope::children_of(const Module::Call& call) const {
  const auto known = children_.find(call.call.name);
  if (known != children_.end()) return &known->second;
  // An argument may need another output of the same module: it is not known then.
  const std::string whole_name = fmt::format("module.{}", call.call.name);
  if (!folding_.insert(whole_name).second) return nullptr;
  const auto target = only_target(call);
  const Module* module = target ? lane_.modules.find(target->directory, lane_.tool) : nullptr;
  const std::vector<Arguments> instances = module != nullptr ? arguments_of(call) : std::vector<Arguments>{};
  folding_.erase(whole_name);
  lane_.scopes_left -= static_cast<int>(instances.size());
  if (module == nullptr || lane_.scopes_left < 0) return nullptr;
  Children& children = children_[call.call.name];
  for (const Arguments& arguments : instances)
    children.push_back(std::make_unique<ModuleScope>(*module, lane_, target->path, arguments, false));
  return &children;
}

}  // namespace statelane::states
