#include <algorithm>
#include <charconv>

#include "hcl/convert.hpp"
#include "hcl/fold_arguments.hpp"

namespace statelane::hcl {

namespace {

Value to_value(const std::optional<Number>& number) { return number ? Value{*number} : not_folded(); }

/// All arguments as numbers; `failure` where that is not possible.
struct Numbers {
  std::vector<Number> values;
  std::optional<Value> failure;
};

Numbers numbers_of(Arguments arguments, const SourceRange& range) {
  Numbers result;
  for (const Value& argument : arguments) {
    const Value number = to_number(argument, range);
    if (number.is_error()) return {{}, number};
    if (number.as_number() == nullptr) {
      result.failure = not_folded();
    } else {
      result.values.push_back(*number.as_number());
    }
  }
  return result;
}

template <typename Change>
Value change_number(Arguments arguments, const SourceRange& range, const Change& change) {
  const Numbers numbers = numbers_of(arguments, range);
  return numbers.failure ? *numbers.failure : to_value(change(numbers.values.front()));
}

template <typename IsBetter>
Value best_of(Arguments arguments, const SourceRange& range, const IsBetter& is_better) {
  const Numbers numbers = numbers_of(arguments, range);
  if (numbers.failure) return *numbers.failure;
  Number best = numbers.values.front();
  for (const Number& number : numbers.values) best = is_better(number, best) ? number : best;
  return Value{best};
}

Value min(Arguments arguments, const SourceRange& range) {
  return best_of(arguments, range, [](const Number& one, const Number& other) { return compare(one, other) < 0; });
}

Value max(Arguments arguments, const SourceRange& range) {
  return best_of(arguments, range, [](const Number& one, const Number& other) { return compare(one, other) > 0; });
}

Value absolute(Arguments arguments, const SourceRange& range) {
  return change_number(arguments, range, [](const Number& number) {
    return number.mantissa < 0 ? multiply(number, Number{-1, 0}) : std::optional(number);
  });
}

/// The whole number below (or above) one that may have a fraction.
std::optional<Number> round(const Number& number, bool is_up) {
  if (number.exponent >= 0) return number;
  const std::string text = number.to_text();
  const auto whole = Number::parse(text.substr(0, text.find('.')));
  const bool is_cut = is_up == (number.mantissa > 0);  // towards zero is the other way
  if (!whole) return is_cut || is_up ? std::nullopt : std::optional(Number{-1, 0});
  return is_cut ? add(*whole, Number{is_up ? 1 : -1, 0}) : whole;
}

Value ceil(Arguments arguments, const SourceRange& range) {
  return change_number(arguments, range, [](const Number& number) { return round(number, true); });
}

Value floor(Arguments arguments, const SourceRange& range) {
  return change_number(arguments, range, [](const Number& number) { return round(number, false); });
}

Value sign_of(Arguments arguments, const SourceRange& range) {
  const Integer integer = integer_at(arguments, 0, range);
  if (!integer.value) return integer.failure;
  return Value{Number::of((*integer.value > 0) - (*integer.value < 0))};
}

Value parse_integer(Arguments arguments, const SourceRange& range) {
  const auto text = known_text(arguments, 0);
  const Integer base = integer_at(arguments, 1, range);
  if (!base.value) return base.failure;
  if (!text || *base.value < 2 || *base.value > 36) return not_folded();
  std::int64_t result = 0;
  const auto [end, error] =
      std::from_chars(text->data(), text->data() + text->size(), result, static_cast<int>(*base.value));
  return error == std::errc() && end == text->data() + text->size() && (result != 0 || !text->starts_with('-'))
             ? Value{Number::of(result)}
             : not_folded();
}

Value sum(Arguments arguments, const SourceRange& range) {
  const auto* list = arguments[0].as_open_list();
  if (list == nullptr) return arguments[0].is_unknown() ? not_folded() : Value::error(range);
  if (list->is_open) return not_folded();
  if (list->empty()) return Value::error(range);
  const Numbers numbers = numbers_of(*list, range);
  if (numbers.failure) return *numbers.failure;
  std::optional<Number> result = Number{};
  for (const Number& number : numbers.values) result = result ? add(*result, number) : result;
  return to_value(result);
}

/// `range(limit)`, `range(start, limit)`, `range(start, limit, step)`.
Value range_of(Arguments arguments, const SourceRange& range) {
  const Numbers numbers = numbers_of(arguments, range);
  if (numbers.failure) return *numbers.failure;
  const Number start = arguments.size() == 1 ? Number{} : numbers.values[0];
  const Number limit = numbers.values[arguments.size() == 1 ? 0 : 1];
  const bool is_down = compare(limit, start) < 0;
  const Number step = arguments.size() == 3 ? numbers.values[2] : Number{is_down ? -1 : 1, 0};
  if (compare(limit, start) == 0) return Value{Value::List{}};
  if (step.mantissa == 0 || (step.mantissa < 0) != is_down) return Value::error(range);
  constexpr std::size_t longest_range = 1024;  // Terraform's own limit
  Value::List result;
  std::optional<Number> value = start;
  for (; value && (is_down ? compare(*value, limit) > 0 : compare(*value, limit) < 0); value = add(*value, step)) {
    if (result.size() >= longest_range) return Value::error(range);
    result.push_back(Value{*value});
  }
  return value ? Value{std::move(result)} : not_folded();
}

Value to_number_of(Arguments arguments, const SourceRange& range) {
  return arguments[0].is_null() ? arguments[0] : to_number(arguments[0], range);
}

constexpr NamedFunction table[] = {
    {"abs", absolute, 1, 1, 1},     {"ceil", ceil, 1, 1, 1},
    {"floor", floor, 1, 1, 1},      {"max", max, 1, any_number, 1},
    {"min", min, 1, any_number, 1}, {"parseint", parse_integer, 2, 2, 2},
    {"range", range_of, 1, 3, 3},   {"signum", sign_of, 1, 1, 1},
    {"sum", sum, 1, 1, 0},          {"tonumber", to_number_of, 1, 1, 1, true},
};

}  // namespace

std::span<const NamedFunction> number_functions() { return table; }

}  // namespace statelane::hcl
