#include "terraform/workspace_names.hpp"

#include <algorithm>

namespace statelane::terraform {

namespace {

using hcl::Expression;
using hcl::ExpressionKind;

bool is_workspace(const Expression& expression) {
  return expression.kind == ExpressionKind::attribute && expression.text == "workspace" &&
         expression.operands[0]->kind == ExpressionKind::variable && expression.operands[0]->text == "terraform";
}

bool mentions_workspace(const Expression& expression) {
  return is_workspace(expression) ||
         std::any_of(expression.operands.begin(), expression.operands.end(),
                     [](const Expression* operand) { return mentions_workspace(*operand); });
}

class Collector {
 public:
  void visit(const hcl::Body& body) {
    for (const hcl::Attribute& attribute : body.attributes) visit(*attribute.value);
    for (const hcl::Block& block : body.blocks) visit(*block.body);
  }

  const std::set<std::string_view>& names() const { return names_; }

 private:
  void visit(const Expression& expression) {
    const auto& operands = expression.operands;
    const bool is_comparison =
        expression.kind == ExpressionKind::binary && (expression.text == "==" || expression.text == "!=");
    if (is_comparison && mentions_workspace(*operands[0])) take(*operands[1]);
    if (is_comparison && mentions_workspace(*operands[1])) take(*operands[0]);
    if (expression.kind == ExpressionKind::index && is_workspace(*operands[1])) take_keys(*operands[0]);
    const bool is_call = expression.kind == ExpressionKind::call && operands.size() >= 2;
    if (is_call && expression.text == "lookup" && is_workspace(*operands[1])) take_keys(*operands[0]);
    const bool is_list = operands.empty() ? false : operands[0]->kind == ExpressionKind::tuple;
    if (is_call && expression.text == "contains" && is_workspace(*operands[1]) && is_list) {
      for (const Expression* item : operands[0]->operands) take(*item);
    }
    for (const Expression* operand : operands) visit(*operand);
  }

  void take(const Expression& expression) {
    const bool is_name = expression.kind == ExpressionKind::string && !expression.text.empty() &&
                         expression.text.find_first_of("/{}\"\\") == std::string_view::npos;
    if (is_name) names_.emplace(expression.text);
  }

  void take_keys(const Expression& object) {
    if (object.kind != ExpressionKind::object) return;
    for (std::size_t index = 0; index < object.operands.size(); index += 2) take(*object.operands[index]);
  }

  std::set<std::string_view> names_;
};

}  // namespace

std::set<std::string_view> find_workspace_names(const hcl::Body& body) {
  Collector collector;
  collector.visit(body);
  return collector.names();
}

}  // namespace statelane::terraform
