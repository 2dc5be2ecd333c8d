#include "terragrunt/name_uses.hpp"

#include <algorithm>

namespace statelane::terragrunt {

namespace {

bool names(const hcl::Expression& expression, std::string_view name) {
  if (expression.kind == hcl::ExpressionKind::variable && expression.text == name) return true;
  if (expression.kind == hcl::ExpressionKind::call && (expression.text == "try" || expression.text == "can"))
    return false;
  return std::any_of(expression.operands.begin(), expression.operands.end(),
                     [&](const hcl::Expression* operand) { return names(*operand, name); });
}

}  // namespace

bool uses_name(const hcl::Body& body, std::string_view name) {
  return std::any_of(body.attributes.begin(), body.attributes.end(),
                     [&](const hcl::Attribute& attribute) { return names(*attribute.value, name); }) ||
         std::any_of(body.blocks.begin(), body.blocks.end(),
                     [&](const hcl::Block& block) { return uses_name(*block.body, name); });
}

}  // namespace statelane::terragrunt
