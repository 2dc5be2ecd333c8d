#include "states/module_scope.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "states/file_sets.hpp"
#include "states/path_inputs.hpp"
#include "states/variable_types.hpp"

namespace statelane::states {

using hcl::Value;

namespace {

/// Null, which a variable that is not nullable takes as "use the default".
bool may_be_null(const Value& value) {
  if (const auto* one_of = std::get_if<Value::OneOf>(&value.data)) {
    return std::any_of(one_of->values.begin(), one_of->values.end(), may_be_null);
  }
  return std::holds_alternative<Value::Null>(value.data);
}

/// One or the other.
Value with_alternative(const Value& value, const Value& other) {
  std::vector<Value> all;
  for (const Value* part : {&value, &other}) {
    const auto* one_of = std::get_if<Value::OneOf>(&part->data);
    if (one_of != nullptr) {
      all.insert(all.end(), one_of->values.begin(), one_of->values.end());
    } else {
      all.push_back(*part);
    }
  }
  if (all.size() > Value::most_alternatives) return Value::unknown("too many possibilities", {});
  return Value{Value::OneOf{std::move(all)}};
}

}  // namespace

std::optional<Value> call_file_function(const Lane& lane, std::string_view name, std::span<const Value> arguments) {
  if (name.starts_with("core::")) name.remove_prefix(6);
  if (name != "fileset" || arguments.size() != 2) return std::nullopt;
  for (const Value& argument : arguments) {
    if (std::holds_alternative<Value::Null>(argument.data)) return Value::error("an argument of fileset is null", {});
  }
  const auto directory = arguments[0].as_known_string();
  const auto pattern = arguments[1].as_known_string();
  if (!directory || !pattern) return std::nullopt;
  auto files = list_file_set(lane.tree, lane.working_directory, *directory, *pattern);
  if (!files) return std::nullopt;
  Value::List result;
  result.is_set = true;
  for (std::string& file : *files) result.push_back(Value::text(std::move(file)));
  return Value{std::move(result)};
}

ModuleScope::ModuleScope(const Module& module, const Lane& lane, Arguments arguments, bool is_root)
    : module_(module), lane_(lane), arguments_(std::move(arguments)), is_root_(is_root) {
  for (auto& [name, value] : arguments_) {
    const auto declared = module_.variables.find(name);
    if (declared != module_.variables.end() && declared->second.type != nullptr)
      value = convert_to_type(std::move(value), *declared->second.type);
  }
}

Value ModuleScope::fold(const hcl::Expression& expression, std::span<const hcl::Variable> variables) const {
  const hcl::Scope scope{
      [&](std::string_view root, std::string_view name, const SourceRange& range) { return lookup(root, name, range); },
      variables,
      [&](std::string_view name, std::span<const Value> arguments) {
        return call_file_function(lane_, name, arguments);
      }};
  return hcl::fold(expression, scope);
}

Value ModuleScope::lookup(std::string_view root, std::string_view name, const SourceRange& range) const {
  if (root == "local") return local_value(name, range);
  if (root == "var") return variable_value(name, range);
  if (root == "path") return path_value(name, range);
  if (root == "terraform" && name == "workspace" && !lane_.workspace.empty()) {
    return Value::text(lane_.workspace);
  }
  return Value::unknown(fmt::format("{}.{} is not known before the plan", root, name), range);
}

Value ModuleScope::local_value(std::string_view name, const SourceRange& range) const {
  const auto found = module_.locals.find(name);
  if (found == module_.locals.end()) return Value::unknown(fmt::format("local.{} is not defined", name), range);
  const auto known = locals_.find(name);
  if (known != locals_.end()) return known->second;
  if (!folding_.insert(found->first).second)
    return Value::unknown(fmt::format("local.{} depends on itself", name), range);
  Value value = alternatives_value(found->second);
  folding_.erase(found->first);
  // A value that met a circle may be better known when asked for from elsewhere: it is not remembered.
  if (folding_.empty() || !value.is_unknown()) locals_.emplace(found->first, value);
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
  if (!initial || initial->is_unknown() || std::holds_alternative<Value::OneOf>(initial->data)) return unknown;
  return Value{Value::OneOf{{*std::move(initial), std::move(unknown)}}};
}

std::optional<Value> ModuleScope::initial_value(const Module::Variable& variable) const {
  std::optional<Value> result;
  for (const terraform::Variable* alternative : variable.alternatives) {
    if (alternative->value == nullptr) continue;
    Value value = fold(*alternative->value);
    if (variable.type != nullptr) value = convert_to_type(std::move(value), *variable.type);
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
  if (name == "module") return Value::text(is_root_ ? "." : absolute_text(module_.directory));
  if (name == "root") return Value::text(".");
  if (name == "cwd") return Value::text(absolute_text(lane_.working_directory));
  return Value::unknown(fmt::format("path.{} is nothing", name), range);
}

}  // namespace statelane::states
