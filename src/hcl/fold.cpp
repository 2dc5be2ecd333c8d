#include "hcl/fold.hpp"

#include "hcl/convert.hpp"
#include "hcl/folder.hpp"
#include "hcl/text_pieces.hpp"

namespace statelane::hcl {

namespace {

Value fold_number(const Expression& expression) {
  const auto number = Number::parse(expression.text);
  return number ? Value{*number} : unknown(expression, "the number is not exact");
}

Value join_parts(const Expression& expression, std::span<const Value> parts) {
  Value::Text text;
  for (std::size_t index = 0; index < parts.size(); ++index) {
    const Value& part = parts[index];
    if (part.is_error()) return part;
    if (part.is_null()) return Value::error(expression.operands[index]->range);
    if (part.as_open_list() != nullptr || part.as_open_map() != nullptr)
      return Value::error(expression.operands[index]->range);
    append_text(text, to_text(part, expression.operands[index]->range));
  }
  return Value{std::move(text)};
}

/// The branch `chosen`, with the type that it shares with the other.
Value choose(const Value& chosen, const Value& other, const Expression& expression) {
  const Value operands[] = {chosen, other};
  return combine(operands, [&](std::span<const Value> pair) { return unify(pair[0], pair[1], expression.range); });
}

}  // namespace

Value Folder::fold_node(const Expression& expression) {
  if (--steps_ < 0) return unknown(expression, "the expression is too large to follow", true);
  switch (expression.kind) {
    case ExpressionKind::null_literal: return Value{};
    case ExpressionKind::boolean: return Value{expression.text == "true"};
    case ExpressionKind::number: return fold_number(expression);
    case ExpressionKind::string: return Value{to_normal_form(expression.text)};
    case ExpressionKind::string_template: return fold_template(expression);
    case ExpressionKind::variable: return fold_variable(expression);
    case ExpressionKind::attribute: return fold_attribute(expression);
    case ExpressionKind::index: return fold_index(expression);
    case ExpressionKind::splat: return fold_splat(expression);
    case ExpressionKind::call: return fold_call(expression);
    case ExpressionKind::template_if:
    case ExpressionKind::conditional: return fold_conditional(expression);
    case ExpressionKind::binary: return fold_binary(expression);
    case ExpressionKind::unary: return fold_unary(expression);
    case ExpressionKind::tuple: return fold_tuple(expression);
    case ExpressionKind::object: return fold_object(expression);
    case ExpressionKind::for_tuple:
    case ExpressionKind::for_object:
      return over_alternatives(fold(*expression.operands[2]),
                               [&](const Value& collection) { return fold_for(expression, collection); });
    case ExpressionKind::splat_item:
      if (!splat_items_.empty()) return splat_items_.back();
      break;
    case ExpressionKind::template_for:
      return over_alternatives(fold(*expression.operands[2]),
                               [&](const Value& collection) { return fold_template_for(expression, collection); });
    case ExpressionKind::invalid: break;
  }
  return unknown(expression, "it is not folded", true);
}

Value Folder::fold_template(const Expression& expression) {
  const auto is_directive = [](const Expression& part) {
    return part.kind == ExpressionKind::template_if || part.kind == ExpressionKind::template_for;
  };
  if (expression.operands.size() == 1 && !is_directive(*expression.operands[0])) return fold(*expression.operands[0]);
  std::vector<Value> parts;
  for (const Expression* part : expression.operands) parts.push_back(fold(*part));
  return charge(combine(parts, [&](std::span<const Value> chosen) { return join_parts(expression, chosen); }));
}

const Value* Folder::find_local(std::string_view name) const {
  const auto found =
      std::find_if(locals_.rbegin(), locals_.rend(), [&](const auto& local) { return local.first == name; });
  return found == locals_.rend() ? nullptr : &found->second;
}

Value Folder::fold_variable(const Expression& expression) {
  if (const Value* local = find_local(expression.text)) return *local;
  return scope_.lookup(expression.text, "", expression.range);
}

Value Folder::fold_attribute(const Expression& expression) {
  const Expression& source = *expression.operands[0];
  if (auto known = attribute_of_object(source, expression.text)) return *std::move(known);
  const Value key = Value::text(std::string(expression.text));
  if (source.kind == ExpressionKind::variable) {
    const Value* local = find_local(source.text);
    if (local == nullptr) return scope_.lookup(source.text, expression.text, expression.range);
  }
  return over_alternatives(fold(source), [&](const Value& value) { return member(value, key, expression); });
}

std::optional<Object> Folder::as_object(const Expression& expression) const {
  if (expression.kind != ExpressionKind::attribute) return std::nullopt;
  const Expression& source = *expression.operands[0];
  const bool is_data = source.kind == ExpressionKind::attribute && source.operands[0]->text == "data";
  const Expression& root = is_data ? *source.operands[0] : source;
  if (root.kind != ExpressionKind::variable || find_local(root.text) != nullptr) return std::nullopt;
  if (!is_data && root.text == "data") return std::nullopt;
  return Object{root.text, is_data ? source.text : std::string_view(), expression.text};
}

std::optional<Value> Folder::attribute_of_object(const Expression& source, std::string_view attribute) {
  if (!scope_.attribute) return std::nullopt;
  const bool is_indexed = source.kind == ExpressionKind::index;
  const auto object = as_object(is_indexed ? *source.operands[0] : source);
  auto found = object ? scope_.attribute(*object, attribute) : std::nullopt;
  if (!found || found->has_instances != is_indexed) return std::nullopt;
  if (!is_indexed || found->value.is_unknown()) return std::move(found->value);
  return any_member(found->value, unknown(source, "it may be any element"));
}

Value Folder::fold_index(const Expression& expression) {
  const Value operands[] = {fold(*expression.operands[0]), fold(*expression.operands[1])};
  return charge(
      combine(operands, [&](std::span<const Value> chosen) { return member(chosen[0], chosen[1], expression); }));
}

Value Folder::fold_conditional(const Expression& expression) {
  const Value condition = fold(*expression.operands[0]);
  const Value known = condition.as_one_of() == nullptr ? to_boolean(condition, expression.operands[0]->range) : Value{};
  if (known.is_error()) return known;
  const bool* decided = known.as_bool();
  // Each branch is folded once, whatever the condition may be: nested ones would double the work. Of one that is never
  // chosen only the type counts.
  const Value then = fold_branch(expression, 1, decided == nullptr || *decided);
  const Value otherwise = fold_branch(expression, 2, decided == nullptr || !*decided);
  if (decided != nullptr)
    return charge(*decided ? choose(then, otherwise, expression) : choose(otherwise, then, expression));
  return over_alternatives(condition, [&](const Value& possible) {
    const Value truth = to_boolean(possible, expression.operands[0]->range);
    if (truth.is_error()) return truth;
    if (const bool* is_then = truth.as_bool())
      return *is_then ? choose(then, otherwise, expression) : choose(otherwise, then, expression);
    return join_alternatives({choose(then, otherwise, expression), choose(otherwise, then, expression)});
  });
}

Value Folder::fold_branch(const Expression& expression, std::size_t index, bool may_be_chosen) {
  if (index >= expression.operands.size()) return Value::text("");  // a template's `if` without `else`
  const Expression& branch = *expression.operands[index];
  const bool is_text = branch.kind == ExpressionKind::string ||
                       (branch.kind == ExpressionKind::string_template && branch.operands.size() > 1);
  Value value = is_text && !may_be_chosen ? Value::text("") : fold(branch);
  if (expression.kind != ExpressionKind::template_if) return value;
  // A part of a text: a collection is none, and that is refused only where it is chosen.
  return over_alternatives(value, [&](const Value& part) {
    return part.as_open_list() != nullptr || part.as_open_map() != nullptr ? Value::error(branch.range) : part;
  });
}

Value Folder::fold_binary(const Expression& expression) {
  const Value sides[] = {fold(*expression.operands[0]), fold(*expression.operands[1])};
  return combine(sides, [&](std::span<const Value> pair) { return apply_operator(expression, pair[0], pair[1]); });
}

Value Folder::fold_unary(const Expression& expression) {
  return over_alternatives(fold(*expression.operands[0]),
                           [&](const Value& operand) { return apply_operator(expression, operand); });
}

Value Folder::fold_tuple(const Expression& expression) {
  Value::List list;
  for (const Expression* operand : expression.operands) {
    Value item = fold(*operand);
    if (item.is_error()) return item;
    list.push_back(std::move(item));
  }
  return Value{std::move(list)};
}

Value Folder::fold_key(const Expression& key) {
  return over_alternatives(fold(key), [&](const Value& value) {
    return value.is_null() ? Value::error(key.range) : to_string(value, key.range);
  });
}

Value Folder::fold_object(const Expression& expression) {
  Value::Map map;
  for (std::size_t index = 0; index + 1 < expression.operands.size(); index += 2) {
    const Value key = fold_key(*expression.operands[index]);
    Value value = fold(*expression.operands[index + 1]);
    if (key.is_error() || value.is_error()) return key.is_error() ? key : value;
    const auto name = key.as_known_string();
    if (name) map.insert_or_assign(*name, std::move(value));
    if (!name) map.add_other(key, std::move(value));
  }
  return Value{std::move(map)};
}

Value fold(const Expression& expression, const Scope& scope) { return Folder(scope).fold(expression); }

}  // namespace statelane::hcl
