#include "hcl/syntax.hpp"

#include <algorithm>

namespace statelane::hcl {

File::File(std::string source, RepoPath path)
    : source_(std::make_unique<std::string>(std::move(source))),
      path_(std::move(path)),
      arena_(std::min<std::size_t>(source_->size() * 3, std::size_t{1} << 20)) {}

const Attribute* Body::find(std::string_view name) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const Attribute& attribute) { return attribute.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

std::optional<Traversal> as_traversal(const Expression& expression) {
  Traversal result;
  const Expression* step = &expression;
  while (step->kind == ExpressionKind::attribute || step->kind == ExpressionKind::index) {
    if (step->kind == ExpressionKind::attribute) {
      result.steps.push_back(step->text);
    } else {
      const Expression& key = *step->operands[1];
      if (key.kind != ExpressionKind::string && key.kind != ExpressionKind::number) return std::nullopt;
      result.steps.push_back(key.text);
    }
    step = step->operands[0];
  }
  if (step->kind != ExpressionKind::variable) return std::nullopt;
  result.root = step->text;
  std::reverse(result.steps.begin(), result.steps.end());
  return result;
}

}  // namespace statelane::hcl
