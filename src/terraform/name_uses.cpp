#include "terraform/name_uses.hpp"

namespace statelane::terraform {

namespace {

using hcl::Expression;
using hcl::ExpressionKind;

bool is_root(const Expression& expression) {
  return expression.kind == ExpressionKind::variable && (expression.text == "local" || expression.text == "var");
}

bool is_workspace(const Expression& expression) {
  return expression.kind == ExpressionKind::attribute && expression.text == "workspace" &&
         expression.operands[0]->kind == ExpressionKind::variable && expression.operands[0]->text == "terraform";
}

void collect(const Expression& expression, Names& names) {
  if (is_root(expression)) {
    names.emplace(expression.text, "*");
  } else if (expression.kind == ExpressionKind::attribute && is_root(*expression.operands[0])) {
    names.emplace(expression.operands[0]->text, expression.text);
  } else if (is_workspace(expression)) {
    names.emplace("terraform", "workspace");
  } else {
    for (const Expression* operand : expression.operands) collect(*operand, names);
  }
}

void collect(const hcl::Body& body, bool is_module, NameUses& uses) {
  for (const hcl::Attribute& attribute : body.attributes)
    collect(*attribute.value, is_module && attribute.name == "source" ? uses.sources : uses.open);
  for (const hcl::Block& block : body.blocks) collect(*block.body, false, uses);
}

}  // namespace

NameUses find_name_uses(const hcl::Body& body) {
  NameUses uses;
  for (const hcl::Attribute& attribute : body.attributes) collect(*attribute.value, uses.open);
  for (const hcl::Block& block : body.blocks) collect(*block.body, block.type == "module", uses);
  return uses;
}

}  // namespace statelane::terraform
