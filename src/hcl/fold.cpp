#include "hcl/fold.hpp"

#include <algorithm>
#include <utility>

#include "hcl/convert.hpp"
#include "hcl/fold_functions.hpp"
#include "hcl/fold_operators.hpp"

namespace statelane::hcl {

namespace {

/// Elements that a `for` expression is unrolled over.
constexpr std::size_t most_elements = 1'000;

/// The operands of a `for` expression by what they are.
struct ForParts {
  std::string_view key_name;
  std::string_view value_name;
  const Expression& collection;
  const Expression* key = nullptr;  ///< of an object
  const Expression& value;
  const Expression* condition = nullptr;

  static ForParts of(const Expression& expression) {
    const auto& operands = expression.operands;
    const bool is_object = expression.kind == ExpressionKind::for_object;
    const std::size_t value_at = is_object ? 4 : 3;
    return {operands[0]->text,   operands[1]->text,
            *operands[2],        is_object ? operands[3] : nullptr,
            *operands[value_at], operands.size() > value_at + 1 ? operands[value_at + 1] : nullptr};
  }
};

/// The elements of a collection as (key, value).
struct Elements {
  std::vector<std::pair<Value, Value>> pairs;
  bool is_open = false;  ///< any number of these
};

class Folder {
 public:
  explicit Folder(const Scope& scope) : scope_(scope), locals_(scope.variables.begin(), scope.variables.end()) {}

  Value fold(const Expression& expression) {
    Value value = fold_node(expression);
    may_fail_ = may_fail_ || !value.is_certain();
    return value;
  }

 private:
  Value fold_node(const Expression& expression) {
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

  /// Applies `function` to each alternative of `value` and gathers the results.
  template <typename Function>
  Value over_alternatives(const Value& value, const Function& function) {
    return charge(combine(std::span(&value, 1), [&](std::span<const Value> chosen) { return function(chosen[0]); }));
  }

  /// What is made costs steps: without a price for it, a few lines that double a value would take for ever.
  Value charge(Value value) {
    std::size_t cost = 0;
    if (const auto* list = value.as_open_list()) cost = list->size();
    if (const auto* map = value.as_map()) cost = map->size();
    if (const auto* one_of = value.as_one_of()) cost = one_of->values.size();
    if (const auto* text = value.as_text()) cost = text->pieces.size() + value.summary().weight;
    steps_ -= static_cast<int>(std::min<std::size_t>(cost, most_steps));
    if (steps_ >= 0) return value;
    return Value{Value::Unknown{"the expression is too large to follow", {}, false, value.may_climb()}};
  }

  static Value fold_number(const Expression& expression) {
    const auto number = Number::parse(expression.text);
    return number ? Value{*number} : unknown(expression, "the number is not exact");
  }

  Value fold_template(const Expression& expression) {
    const auto is_directive = [](const Expression& part) {
      return part.kind == ExpressionKind::template_if || part.kind == ExpressionKind::template_for;
    };
    if (expression.operands.size() == 1 && !is_directive(*expression.operands[0])) return fold(*expression.operands[0]);
    std::vector<Value> parts;
    for (const Expression* part : expression.operands) parts.push_back(fold(*part));
    return charge(combine(parts, [&](std::span<const Value> chosen) { return join_parts(expression, chosen); }));
  }

  static Value join_parts(const Expression& expression, std::span<const Value> parts) {
    Value::Text text;
    for (std::size_t index = 0; index < parts.size(); ++index) {
      const Value& part = parts[index];
      if (part.is_error()) return part;
      if (part.is_null()) return Value::error(expression.operands[index]->range);
      if (part.as_open_list() != nullptr || part.as_map() != nullptr)
        return Value::error(expression.operands[index]->range);
      append_text(text, to_text(part, expression.operands[index]->range));
    }
    return Value{std::move(text)};
  }

  const Value* find_local(std::string_view name) const {
    const auto found =
        std::find_if(locals_.rbegin(), locals_.rend(), [&](const auto& local) { return local.first == name; });
    return found == locals_.rend() ? nullptr : &found->second;
  }

  Value fold_variable(const Expression& expression) {
    if (const Value* local = find_local(expression.text)) return *local;
    return scope_.lookup(expression.text, "", expression.range);
  }

  Value fold_attribute(const Expression& expression) {
    const Expression& source = *expression.operands[0];
    if (auto known = attribute_of_object(source, expression.text)) return *std::move(known);
    const Value key = Value::text(std::string(expression.text));
    if (source.kind == ExpressionKind::variable) {
      const Value* local = find_local(source.text);
      if (local == nullptr) return scope_.lookup(source.text, expression.text, expression.range);
    }
    return over_alternatives(fold(source), [&](const Value& value) { return member(value, key, expression); });
  }

  /// `module.x` and its like where `expression` is one; the variables of `for` expressions hide them.
  std::optional<Object> as_object(const Expression& expression) const {
    if (expression.kind != ExpressionKind::attribute) return std::nullopt;
    const Expression& source = *expression.operands[0];
    const bool is_data = source.kind == ExpressionKind::attribute && source.operands[0]->text == "data";
    const Expression& root = is_data ? *source.operands[0] : source;
    if (root.kind != ExpressionKind::variable || find_local(root.text) != nullptr) return std::nullopt;
    if (!is_data && root.text == "data") return std::nullopt;
    return Object{root.text, is_data ? source.text : std::string_view(), expression.text};
  }

  /// `module.x.name`, also with an index in the middle: then of any instance.
  std::optional<Value> attribute_of_object(const Expression& source, std::string_view attribute) {
    if (!scope_.attribute) return std::nullopt;
    const bool is_indexed = source.kind == ExpressionKind::index;
    const auto object = as_object(is_indexed ? *source.operands[0] : source);
    auto found = object ? scope_.attribute(*object, attribute) : std::nullopt;
    if (!found || found->has_instances != is_indexed) return std::nullopt;
    if (!is_indexed || found->value.is_unknown()) return std::move(found->value);
    return any_member(found->value, unknown(source, "it may be any element"));
  }

  Value fold_index(const Expression& expression) {
    const Value operands[] = {fold(*expression.operands[0]), fold(*expression.operands[1])};
    return charge(
        combine(operands, [&](std::span<const Value> chosen) { return member(chosen[0], chosen[1], expression); }));
  }

  Value fold_splat(const Expression& expression) {
    const Expression& each = *expression.operands[1];
    if (auto all = splat_of_object(*expression.operands[0], each)) return *std::move(all);
    return over_alternatives(fold(*expression.operands[0]), [&](const Value& source) {
      if (source.is_error()) return source;
      if (source.is_null()) return Value{Value::List{}};
      if (source.is_unknown()) return unknown_with(expression, source, splat(source, each));
      const auto* list = source.as_open_list();
      if (list == nullptr) return splat_list(Value::List{source}, each);
      return splat_list(*list, each);
    });
  }

  /// `module.x[*].name`
  std::optional<Value> splat_of_object(const Expression& source, const Expression& each) {
    const bool is_one_step =
        each.kind == ExpressionKind::attribute && each.operands[0]->kind == ExpressionKind::splat_item;
    const auto object = scope_.attribute && is_one_step ? as_object(source) : std::nullopt;
    const auto found = object ? scope_.attribute(*object, each.text) : std::nullopt;
    if (!found) return std::nullopt;
    return found->has_instances ? found->value : Value{Value::List{found->value}};
  }

  Value splat(const Value& item, const Expression& each) {
    splat_items_.push_back(item);
    Value result = fold(each);
    splat_items_.pop_back();
    return result;
  }

  Value splat_list(const Value::List& list, const Expression& each) {
    Value::List result;
    result.is_open = list.is_open;
    for (const Value& item : list) {
      Value value = splat(item, each);
      if (value.is_error()) return value;
      result.push_back(std::move(value));
    }
    return Value{std::move(result)};
  }

  /// Nothing is known because of `reason`; it may climb where that or `part` does.
  static Value unknown_with(const Expression& expression, const Value& reason, const Value& part) {
    const auto* why = reason.as_unknown();
    if (why == nullptr)
      return unknown(expression, "the collection is not known", reason.may_climb() || part.may_climb());
    return Value{Value::Unknown{why->reason, why->range, false, why->may_climb || part.may_climb()}};
  }

  Value fold_call(const Expression& expression) {
    if (expression.text == "try" && !expression.has_ellipsis) return fold_try(expression);
    if (expression.text == "can" && expression.operands.size() == 1) return fold_can(*expression.operands[0]);
    std::vector<Value> arguments;
    for (const Expression* operand : expression.operands) arguments.push_back(fold(*operand));
    if (expression.has_ellipsis && !arguments.empty()) {
      if (auto failure = expand_last(expression, arguments)) return *std::move(failure);
    }
    return charge(combine(arguments, [&](std::span<const Value> chosen) { return call(expression, chosen); }));
  }

  /// Puts the elements of the last argument in its place; an answer where they are not known.
  static std::optional<Value> expand_last(const Expression& expression, std::vector<Value>& arguments) {
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

  Value call(const Expression& expression, std::span<const Value> arguments) {
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

  /// Relative paths are read from the working directory, which `path.cwd` need not be.
  Value absolute_path(const Value& path, const Expression& expression) {
    if (path.is_null() || path.as_open_list() != nullptr || path.as_map() != nullptr)
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

  /// The first argument that is neither null nor an empty string; all have one type.
  static Value coalesce(const Expression& expression, std::span<const Value> arguments) {
    std::vector<Value> possible;
    for (const Value& argument : arguments) {
      const auto* text = argument.as_text();
      if (argument.is_null() || (text != nullptr && text->pieces.empty())) continue;
      std::vector<Value> unified = {argument};
      for (const Value& other : arguments) {
        unified = {join_each(unified, other, expression)};
      }
      possible.push_back(unified.front());
      const bool is_never_empty = text == nullptr || std::any_of(text->pieces.begin(), text->pieces.end(),
                                                                 [](const auto& piece) { return piece.has_value(); });
      if (!argument.is_unknown() && is_never_empty) return join_alternatives(std::move(possible));
    }
    possible.push_back(Value::error(expression.range));
    return join_alternatives(std::move(possible));
  }

  static Value join_each(const std::vector<Value>& chosen, const Value& other, const Expression& expression) {
    return combine(chosen, [&](std::span<const Value> one) { return unify(one[0], other, expression.range); });
  }

  /// An expression, and whether evaluating it may fail: then also for something in it that the value does not show.
  struct Attempt {
    Value value;
    bool may_fail = false;
  };
  Attempt attempt(const Expression& expression) {
    const bool before = std::exchange(may_fail_, false);
    Value value = fold(expression);
    return {std::move(value), std::exchange(may_fail_, before)};
  }

  /// Every argument up to the first that cannot fail, but for those that must fail.
  Value fold_try(const Expression& expression) {
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

  Value fold_can(const Expression& operand) {
    const Attempt made = attempt(operand);
    if (made.value.is_error()) return Value{false};
    return made.may_fail ? Value::boolean_or_other() : Value{true};
  }

  Value fold_conditional(const Expression& expression) {
    const Value condition = fold(*expression.operands[0]);
    const bool has_else = expression.operands.size() > 2;  // a template's `if` may have none
    // Each branch is folded once, whatever the condition may be: nested ones would double the work.
    const Value then = fold(*expression.operands[1]);
    const Value otherwise = has_else ? fold(*expression.operands[2]) : Value::text("");
    return over_alternatives(condition, [&](const Value& decided) {
      const Value truth = to_boolean(decided, expression.operands[0]->range);
      if (truth.is_error()) return truth;
      if (const bool* is_then = truth.as_bool())
        return *is_then ? choose(then, otherwise, expression) : choose(otherwise, then, expression);
      return join_alternatives({choose(then, otherwise, expression), choose(otherwise, then, expression)});
    });
  }

  /// The branch `chosen`, with the type that it shares with the other.
  static Value choose(const Value& chosen, const Value& other, const Expression& expression) {
    const Value operands[] = {chosen, other};
    return combine(operands, [&](std::span<const Value> pair) { return unify(pair[0], pair[1], expression.range); });
  }

  Value fold_binary(const Expression& expression) {
    const Value sides[] = {fold(*expression.operands[0]), fold(*expression.operands[1])};
    return combine(sides, [&](std::span<const Value> pair) { return apply_operator(expression, pair[0], pair[1]); });
  }

  Value fold_unary(const Expression& expression) {
    return over_alternatives(fold(*expression.operands[0]),
                             [&](const Value& operand) { return apply_operator(expression, operand); });
  }

  Value fold_tuple(const Expression& expression) {
    Value::List list;
    for (const Expression* operand : expression.operands) {
      Value item = fold(*operand);
      if (item.is_error()) return item;
      list.push_back(std::move(item));
    }
    return Value{std::move(list)};
  }

  Value fold_object(const Expression& expression) {
    Value::Map map;
    std::optional<Value> failure;
    for (std::size_t index = 0; index + 1 < expression.operands.size(); index += 2) {
      const Value key = fold(*expression.operands[index]);
      Value value = fold(*expression.operands[index + 1]);
      if (key.is_error() || value.is_error()) return key.is_error() ? key : value;
      if (key.is_null()) return Value::error(expression.operands[index]->range);
      const auto name = key.as_known_string();
      const bool may_climb = key.may_climb() || value.may_climb() || (failure && failure->may_climb());
      if (!name || failure) failure = unknown(*expression.operands[index], "a key is not known", may_climb);
      if (name) map.insert_or_assign(*name, std::move(value));
    }
    if (!failure) return Value{std::move(map)};
    const bool may_climb = failure->may_climb() || Value{std::move(map)}.may_climb();
    return unknown(expression, "a key is not known", may_climb);
  }

  /// Empty where `collection` is not known.
  static std::optional<Elements> elements_of(const Value& collection) {
    Elements result;
    if (const auto* map = collection.as_map()) {
      for (const auto& [key, value] : *map) result.pairs.emplace_back(Value::text(key), value);
    } else if (const auto* list = collection.as_open_list()) {
      result.is_open = list->is_open;
      for (std::size_t index = 0; index < list->size(); ++index) {
        const Value& item = (*list)[index];
        const Value position = list->is_open ? Value::unknown("the element's place is not known", {})
                                             : Value{Number::of(static_cast<std::int64_t>(index))};
        result.pairs.emplace_back(list->is_set ? item : position, item);
      }
    } else {
      return std::nullopt;
    }
    return result.pairs.size() <= most_elements ? std::optional(std::move(result)) : std::nullopt;
  }

  /// Calls `function` where the variables of a `for` expression have these values.
  template <typename Function>
  auto with_variables(std::string_view key_name, const Value& key, std::string_view value_name, const Value& value,
                      const Function& function) {
    const std::size_t before = locals_.size();
    if (!key_name.empty()) locals_.emplace_back(key_name, key);
    locals_.emplace_back(value_name, value);
    auto result = function();
    locals_.erase(locals_.begin() + static_cast<std::ptrdiff_t>(before), locals_.end());
    return result;
  }

  /// The element of a collection of which nothing is known.
  static Value unknown_element(const Expression& expression, const Value& collection) {
    return unknown_with(expression, collection, Value{});
  }

  Value fold_template_for(const Expression& expression, const Value& collection) {
    const auto body = [&] { return fold(*expression.operands[3]); };
    const auto with = [&](const Value& key, const Value& value) {
      return with_variables(expression.operands[0]->text, key, expression.operands[1]->text, value, body);
    };
    if (auto refused = refuse_collection(expression, collection)) return *std::move(refused);
    const auto elements = elements_of(collection);
    if (!elements || elements->is_open) {
      const Value any = unknown_element(expression, collection);
      Value::Text text;
      append_unknown(text, *unknown_with(expression, collection, with(any, any)).as_unknown());
      return Value{std::move(text)};
    }
    Value::Text text;
    for (const auto& [key, value] : elements->pairs) {
      const Value part = with(key, value);
      if (part.is_error()) return part;
      append_text(text, to_text(part, expression.range));
    }
    return Value{std::move(text)};
  }

  static std::optional<Value> refuse_collection(const Expression& expression, const Value& collection) {
    if (collection.is_error()) return collection;
    const bool is_collection =
        collection.is_unknown() || collection.as_map() != nullptr || collection.as_open_list() != nullptr;
    return is_collection ? std::nullopt : std::optional(Value::error(expression.range));
  }

  /// What a `for` expression makes of one element.
  struct Turn {
    Value key;
    Value value;
    std::optional<bool> is_kept = true;  ///< empty: not known
  };

  Turn fold_turn(const ForParts& parts, const Value& key, const Value& value) {
    return with_variables(parts.key_name, key, parts.value_name, value, [&]() -> Turn {
      std::optional<bool> is_kept = true;
      if (parts.condition != nullptr) {
        const Value condition = over_alternatives(
            fold(*parts.condition), [&](const Value& decided) { return to_boolean(decided, parts.condition->range); });
        if (condition.is_error()) return {condition, condition, true};
        is_kept = condition.as_bool() != nullptr ? std::optional(*condition.as_bool()) : std::nullopt;
        if (is_kept && !*is_kept) return {Value{}, Value{}, false};
      }
      Value name = parts.key != nullptr ? fold(*parts.key) : Value{};
      return {std::move(name), fold(parts.value), is_kept};
    });
  }

  Value fold_for(const Expression& expression, const Value& collection) {
    if (auto refused = refuse_collection(expression, collection)) return *std::move(refused);
    const ForParts parts = ForParts::of(expression);
    const auto elements = elements_of(collection);
    if (!elements) {
      const Value any = unknown_element(expression, collection);
      const Turn turn = fold_turn(parts, any, any);
      return unknown_with(expression, unknown_with(expression, collection, turn.key), turn.value);
    }
    std::vector<Turn> turns;
    for (const auto& [key, value] : elements->pairs) {
      Turn turn = fold_turn(parts, key, value);
      if (turn.is_kept && !*turn.is_kept) continue;
      if (turn.key.is_error() || turn.value.is_error()) {
        if (turn.is_kept && !elements->is_open) return turn.key.is_error() ? turn.key : turn.value;
        turn.value = unknown(expression, "an element may fail");
      }
      turns.push_back(std::move(turn));
    }
    return parts.key == nullptr ? to_list(turns, elements->is_open) : to_object(expression, turns, elements->is_open);
  }

  static Value to_list(const std::vector<Turn>& turns, bool is_open) {
    Value::List list;
    list.is_open = is_open;
    for (const Turn& turn : turns) {
      list.is_open = list.is_open || !turn.is_kept;
      list.push_back(turn.value);
    }
    return Value{std::move(list)};
  }

  static Value to_object(const Expression& expression, const std::vector<Turn>& turns, bool is_open) {
    std::map<std::string, Value::List> groups;
    bool may_climb = false;
    for (const Turn& turn : turns) {
      const auto name = turn.key.as_known_string();
      if (turn.key.is_null()) return Value::error(expression.range);
      is_open = is_open || !name || !turn.is_kept;
      may_climb = may_climb || turn.key.may_climb() || turn.value.may_climb();
      if (name) groups[*name].push_back(turn.value);
    }
    if (is_open) return unknown(expression, "its condition or a key is not known", may_climb);
    Value::Map map;
    for (auto& [name, values] : groups) {
      if (!expression.has_ellipsis && values.size() > 1) return Value::error(expression.range);
      map.emplace(name, expression.has_ellipsis ? Value{std::move(values)} : values.front());
    }
    return Value{std::move(map)};
  }

  const Scope& scope_;
  std::vector<std::pair<std::string_view, Value>> locals_;  ///< variables of the `for` expressions around
  std::vector<Value> splat_items_;
  int steps_ = most_steps;
  bool may_fail_ = false;  ///< something that was folded is not known
};

}  // namespace

Value fold(const Expression& expression, const Scope& scope) { return Folder(scope).fold(expression); }

}  // namespace statelane::hcl
