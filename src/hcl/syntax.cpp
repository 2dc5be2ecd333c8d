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
  const auto is_step = [](const Expression& part) {
    return part.kind == ExpressionKind::attribute || part.kind == ExpressionKind::index;
  };
  std::size_t count = 0;
  const Expression* part = &expression;
  for (; is_step(*part); part = part->operands[0], ++count) {
    if (part->kind == ExpressionKind::attribute) continue;
    const ExpressionKind key = part->operands[1]->kind;
    if (key != ExpressionKind::string && key != ExpressionKind::number) return std::nullopt;
  }
  if (part->kind != ExpressionKind::variable) return std::nullopt;
  Traversal result{part->text, std::vector<std::string_view>(count)};
  for (part = &expression; is_step(*part); part = part->operands[0])
    result.steps[--count] = part->kind == ExpressionKind::attribute ? part->text : part->operands[1]->text;
  return result;
}

}  // namespace statelane::hcl
