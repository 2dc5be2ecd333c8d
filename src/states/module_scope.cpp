#include "states/module_scope.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "states/path_inputs.hpp"

namespace statelane::states {

using hcl::Value;

ModuleScope::ModuleScope(const Module& module, const RepoPath& working_directory, Arguments arguments, bool is_root,
                         std::string workspace)
    : module_(module),
      working_directory_(working_directory),
      arguments_(std::move(arguments)),
      is_root_(is_root),
      workspace_(std::move(workspace)) {}

Value ModuleScope::fold(const hcl::Expression& expression, std::span<const std::string_view> bound,
                        const std::optional<std::pair<Value, Value>>& each) const {
  const hcl::Scope scope{[&](std::string_view root, std::string_view name, const SourceRange& range) {
    if (std::find(bound.begin(), bound.end(), root) != bound.end()) {
      return Value::unknown(fmt::format("{} takes a value for each element", root), range);
    }
    if (root == "each" && each) return name == "key" ? each->first : each->second;
    return lookup(root, name, range);
  }};
  return hcl::fold(expression, scope);
}

Value ModuleScope::lookup(std::string_view root, std::string_view name, const SourceRange& range) const {
  if (root == "local") return local_value(name, range);
  if (root == "var") return variable_value(name, range);
  if (root == "path") return path_value(name, range);
  if (root == "terraform" && name == "workspace" && !workspace_.empty()) return Value::text(workspace_);
  return Value::unknown(fmt::format("{}.{} is not known before the plan", root, name), range);
}

Value ModuleScope::local_value(std::string_view name, const SourceRange& range) const {
  const auto found = module_.locals.find(name);
  if (found == module_.locals.end()) return Value::unknown(fmt::format("local.{} is not defined", name), range);
  const auto known = locals_.find(name);
  if (known != locals_.end()) return known->second;
  if (!folding_.insert(found->first).second)
    return Value::unknown(fmt::format("local.{} depends on itself", name), range);
  Value value = fold(*found->second.expression->value);
  folding_.erase(found->first);
  // A value that met a circle may be better known when asked for from elsewhere: it is not remembered.
  if (folding_.empty() || !value.is_unknown()) locals_.emplace(found->first, value);
  return value;
}

Value ModuleScope::variable_value(std::string_view name, const SourceRange& range) const {
  const auto given = arguments_.find(std::string(name));
  if (given != arguments_.end()) return given->second;
  const auto declared = module_.variables.find(name);
  const hcl::Expression* initial = declared == module_.variables.end() ? nullptr : declared->second.expression->value;
  if (!is_root_) {
    if (initial != nullptr) return fold(*initial);
    return Value::unknown(fmt::format("var.{} has no value", name), range);
  }
  Value unknown = Value::unknown(fmt::format("var.{} is fixed by no variable file", name), range);
  if (initial == nullptr) return unknown;
  // From outside it may get any value; the default is the likeliest.
  Value value = fold(*initial);
  if (value.is_unknown() || std::holds_alternative<Value::OneOf>(value.data)) return unknown;
  return Value{Value::OneOf{{std::move(value), std::move(unknown)}}};
}

Value ModuleScope::path_value(std::string_view name, const SourceRange& range) const {
  if (name == "module") return Value::text(is_root_ ? "." : absolute_text(module_.directory));
  if (name == "root") return Value::text(".");
  if (name == "cwd") return Value::text(absolute_text(working_directory_));
  return Value::unknown(fmt::format("path.{} is nothing", name), range);
}

}  // namespace statelane::states
