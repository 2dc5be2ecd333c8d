#include "terragrunt/root_text.hpp"

#include "terragrunt/files.hpp"

namespace statelane::terragrunt {

using hcl::repository_root;
using hcl::Value;

namespace {

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  for (; at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

}  // namespace

std::optional<Value> call_on_root_text(std::string_view name, std::span<const Value> arguments) {
  if (arguments.size() < 2) return std::nullopt;
  const auto text = definite_text(arguments[0]);
  const auto other = definite_text(arguments[1]);
  const bool is_path = text && other && text->starts_with(repository_root);
  if (!is_path || text->find(repository_root, 1) != std::string::npos) return std::nullopt;
  const bool has_root = other->starts_with(repository_root);
  if (name == "trimprefix" && has_root)
    return Value::text(text->starts_with(*other) ? text->substr(other->size()) : *text);
  if (name == "startswith" && has_root) return Value{text->starts_with(*other)};
  if (name == "trimsuffix" && !has_root && other->find('/') != 0) {
    const bool ends = text->ends_with(*other) && text->size() - other->size() > repository_root.size();
    return Value::text(ends ? text->substr(0, text->size() - other->size()) : *text);
  }
  if (name == "replace" && has_root && arguments.size() == 3) {
    const auto with = definite_text(arguments[2]);
    // A text between slashes is a pattern.
    const bool is_pattern = other->ends_with('/');
    if (with && !is_pattern) return Value::text(replace_all(*text, *other, *with));
  }
  return std::nullopt;
}

}  // namespace statelane::terragrunt
