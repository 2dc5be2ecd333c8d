#include "terraform/name_uses.hpp"

#include "terraform/references.hpp"

namespace statelane::terraform {

namespace {

using hcl::Expression;
using hcl::ExpressionKind;

bool is_root(const Expression& expression) {
  return expression.kind == ExpressionKind::variable && (expression.text == "local" || expression.text == "var");
}

/// `local.x` or `var.x`, and nothing behind it.
bool is_name(const Expression& expression) {
  return expression.kind == ExpressionKind::attribute && is_root(*expression.operands[0]);
}

class Collector {
 public:
  explicit Collector(NameUses& uses) : uses_(uses) {}

  void visit(const Expression& expression) {
    if (is_name(expression)) {
      uses_.open.emplace(expression.operands[0]->text, expression.text);
    } else if (is_root(expression)) {
      uses_.open.emplace(expression.text, "*");
    } else if (expression.kind == ExpressionKind::string_template) {
      visit_template(expression);
    } else {
      const bool reads = expression.kind == ExpressionKind::call && !expression.operands.empty() &&
                         (is_file_function(expression.text) || expression.text == "fileset");
      for (const Expression* operand : expression.operands)
        visit_part(*operand, reads && operand == expression.operands.front());
    }
  }

  /// `counts_elsewhere`: what `expression` is the beginning of counts by itself.
  void visit_part(const Expression& expression, bool counts_elsewhere) {
    if (!counts_elsewhere || !is_name(expression)) return visit(expression);
    uses_.prefixes.emplace(expression.operands[0]->text, expression.text);
  }

 private:
  void visit_template(const Expression& expression) {
    for (std::size_t index = 0; index < expression.operands.size(); ++index) {
      const Expression* next = index + 1 < expression.operands.size() ? expression.operands[index + 1] : nullptr;
      const bool slash_follows = next != nullptr && next->kind == ExpressionKind::string && next->text.starts_with('/');
      visit_part(*expression.operands[index], slash_follows);
    }
  }

  NameUses& uses_;
};

void collect(const hcl::Body& body, bool is_module, NameUses& uses) {
  for (const hcl::Attribute& attribute : body.attributes)
    Collector(uses).visit_part(*attribute.value, is_module && attribute.name == "source");
  for (const hcl::Block& block : body.blocks) collect(*block.body, false, uses);
}

}  // namespace

NameUses find_name_uses(const hcl::Body& body) {
  NameUses uses;
  for (const hcl::Attribute& attribute : body.attributes) Collector(uses).visit(*attribute.value);
  for (const hcl::Block& block : body.blocks) collect(*block.body, block.type == "module", uses);
  return uses;
}

}  // namespace statelane::terraform
