#include "hcl/folder.hpp"

#include "hcl/convert.hpp"
#include "hcl/fold_functions.hpp"

namespace statelane::hcl {

namespace {

/// Puts the elements of the last argument in its place; an answer where they are not known.
std::optional<Value> expand_last(const Expression& expression, std::vector<Value>& arguments) {
  const Value last = arguments.back();
  if (last.is_error()) return last;
  const auto* more = last.as_list();
  if (more == nullptr) {
    const bool may_climb =
        std::any_of(arguments.begin(), arguments.end(), [](const Value& value) { return value.may_climb(); });
    return unknown(expression, "the arguments behind ... are not known", may_climb);
  }
  arguments.pop_back();
  arguments.insert(arguments.end(), more->begin(), more->end());
  return std::nullopt;
}

/// The arguments with the one type that they get. A null without a type leaves each as it is.
std::vector<Value> with_one_type(std::span<const Value> arguments, const SourceRange& range) {
  const auto may_be_null = [](const Value& argument) { return argument.is_null() || argument.is_unknown(); };
  const bool may_stay = std::any_of(arguments.begin(), arguments.end(), may_be_null);
  const Value unified = to_one_type(Value::List(arguments.begin(), arguments.end()), range);
  const auto* list = unified.as_list();
  std::vector<Value> result;
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    const Value& one = list != nullptr ? (*list)[index] : unified;
    result.push_back(may_stay ? join_alternatives({one, arguments[index]}) : one);
  }
  return result;
}

/// The first argument that is neither null nor an empty string.
Value coalesce(const Expression& expression, std::span<const Value> arguments) {
  const std::vector<Value> unified = with_one_type(arguments, expression.range);
  std::vector<Value> possible;
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    const Value& argument = arguments[index];
    const auto* text = argument.as_text();
    if (argument.is_null() || (text != nullptr && text->pieces.empty())) continue;
    possible.push_back(unified[index]);
    const bool is_never_empty = text == nullptr || std::any_of(text->pieces.begin(), text->pieces.end(),
                                                               [](const auto& piece) { return piece.has_value(); });
    if (!argument.is_unknown() && is_never_empty) return join_alternatives(std::move(possible));
  }
  possible.push_back(Value::error(expression.range));
  return join_alternatives(std::move(possible));
}

}  // namespace

Value Folder::fold_call(const Expression& expression) {
  if (expression.text == "try" && !expression.has_ellipsis) return fold_try(expression);
  if (expression.text == "can" && expression.operands.size() == 1) return fold_can(*expression.operands[0]);
  std::vector<Value> arguments;
  for (const Expression* operand : expression.operands) arguments.push_back(fold(*operand));
  if (expression.has_ellipsis && !arguments.empty()) {
    if (auto failure = expand_last(expression, arguments)) return *std::move(failure);
  }
  return charge(combine(arguments, [&](std::span<const Value> chosen) { return call(expression, chosen); }));
}

Value Folder::call(const Expression& expression, std::span<const Value> arguments) {
  for (const Value& argument : arguments) {
    if (argument.is_error()) return argument;
  }
  if (expression.text == "coalesce") return coalesce(expression, arguments);
  if (expression.text == "abspath" && arguments.size() == 1) return absolute_path(arguments[0], expression);
  if (scope_.call) {
    if (auto answer = scope_.call(expression.text, arguments)) return *std::move(answer);
  }
  Value result = call_function(expression.text, arguments, expression.range);
  const auto* why = result.as_unknown();
  const bool is_bare = why != nullptr && why->reason.empty() && !why->is_error;
  return is_bare ? unknown(expression, "it is not folded", why->may_climb) : result;
}

Value Folder::absolute_path(const Value& path, const Expression& expression) {
  if (path.is_null() || path.as_open_list() != nullptr || path.as_open_map() != nullptr)
    return Value::error(expression.range);
  Value::Text text = to_text(path, expression.range);
  const bool is_open = !text.pieces.empty() && !text.pieces.front();
  const bool is_absolute = !text.pieces.empty() && !is_open && text.pieces.front()->starts_with('/');
  if (!is_absolute) {
    Value::Text whole = to_text(scope_.lookup("path", working_directory, expression.range), expression.range);
    append_text(whole, "/");
    append_text(whole, text);
    text = std::move(whole);
  }
  const Value inside = clean_path(text);
  // A text that may be absolute itself is either.
  return is_open ? join_alternatives({inside, Value{to_text(path, expression.range)}}) : inside;
}

Folder::Attempt Folder::attempt(const Expression& expression) {
  const bool before = std::exchange(may_fail_, false);
  Value value = fold(expression);
  return {std::move(value), std::exchange(may_fail_, before)};
}

Value Folder::fold_try(const Expression& expression) {
  std::vector<Value> possible;
  for (const Expression* operand : expression.operands) {
    const Attempt made = attempt(*operand);
    if (made.value.is_error()) continue;
    const auto* one_of = made.value.as_one_of();
    const std::vector<Value> alternatives = one_of != nullptr ? one_of->values : std::vector<Value>{made.value};
    std::copy_if(alternatives.begin(), alternatives.end(), std::back_inserter(possible),
                 [](const Value& value) { return !value.is_error(); });
    if (!made.may_fail) return join_alternatives(std::move(possible));
  }
  possible.push_back(Value::error(expression.range));
  return join_alternatives(std::move(possible));
}

Value Folder::fold_can(const Expression& operand) {
  const Attempt made = attempt(operand);
  if (made.value.is_error()) return Value{false};
  return made.may_fail ? Value::boolean_or_other() : Value{true};
}

}  // namespace statelane::hcl
