#include "terraform/loop_stack.hpp"

#include <algorithm>

#include "terraform/references.hpp"

namespace statelane::terraform {

namespace {

using hcl::Expression;

bool mentions(const Expression& expression, const Loop& loop) {
  if (expression.kind == hcl::ExpressionKind::variable) {
    return expression.text == loop.value_name || (!loop.key_name.empty() && expression.text == loop.key_name);
  }
  return std::any_of(expression.operands.begin(), expression.operands.end(),
                     [&](const Expression* operand) { return mentions(*operand, loop); });
}

}  // namespace

std::span<const Loop> LoopStack::loops_for(std::span<const Expression* const> expressions) {
  if (open_.empty()) return {};
  std::vector<const Expression*> needed(expressions.begin(), expressions.end());
  std::vector<Loop> loops;
  for (auto open = open_.rbegin(); open != open_.rend(); ++open) {
    const bool is_needed = std::any_of(needed.begin(), needed.end(), [&](const Expression* expression) {
      return expression != nullptr && mentions(*expression, open->loop);
    });
    if (!is_needed) continue;
    loops.push_back(copied(*open));
    needed.push_back(open->loop.collection);
    needed.push_back(open->loop.condition);
  }
  std::reverse(loops.begin(), loops.end());
  return arena_.copy(std::span<const Loop>(loops));
}

const Loop& LoopStack::copied(Open& open) {
  if (open.is_copied) return open.loop;
  Loop& loop = open.loop;
  loop.key_name = arena_.copy(loop.key_name);
  loop.value_name = arena_.copy(loop.value_name);
  loop.collection = copy_expression(*loop.collection, arena_);
  if (loop.condition != nullptr) loop.condition = copy_expression(*loop.condition, arena_);
  open.is_copied = true;
  return open.loop;
}

}  // namespace statelane::terraform
