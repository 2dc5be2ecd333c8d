#include "hcl/number.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <numeric>
#include <utility>

namespace statelane::hcl {

namespace {

/// Decimals with this many digits behind the point are not calculated with: fives to that power still fit.
constexpr std::int32_t most_decimals = 27;

/// Larger and smaller ones are not known. Terraform has them, nobody writes them.
constexpr std::int32_t largest_exponent = 400;

/// Empty when it does not fit.
std::optional<std::int64_t> times(std::int64_t left, std::int64_t right) {
  std::int64_t result = 0;
  return __builtin_mul_overflow(left, right, &result) ? std::nullopt : std::optional(result);
}

std::optional<std::int64_t> power(std::int64_t base, std::int32_t exponent) {
  std::optional<std::int64_t> result = 1;
  for (std::int32_t step = 0; step < exponent && result; ++step) result = times(*result, base);
  return result;
}

std::optional<Number> normalised(std::int64_t mantissa, std::int32_t exponent) {
  if (mantissa == 0) return Number{};
  while (mantissa % 10 == 0) {
    mantissa /= 10;
    ++exponent;
  }
  if (std::abs(exponent) > largest_exponent) return std::nullopt;
  return Number{mantissa, exponent};
}

/// A binary number holds it without rounding: the fives of its denominator are cancelled.
bool is_binary(const Number& number) {
  if (number.exponent >= 0) return true;
  const auto fives = number.exponent >= -most_decimals ? power(5, -number.exponent) : std::nullopt;
  return fives && number.mantissa % *fives == 0;
}

/// Both with one exponent.
struct Aligned {
  std::int64_t left = 0;
  std::int64_t right = 0;
  std::int32_t exponent = 0;
};

std::optional<Aligned> align(const Number& left, const Number& right) {
  const std::int32_t exponent = std::min(left.exponent, right.exponent);
  const auto scaled = [&](const Number& number) {
    const auto scale = power(10, number.mantissa == 0 ? 0 : number.exponent - exponent);
    return scale ? times(number.mantissa, *scale) : std::nullopt;
  };
  const auto first = scaled(left);
  const auto second = scaled(right);
  return first && second ? std::optional(Aligned{*first, *second, exponent}) : std::nullopt;
}

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

}  // namespace

Number Number::of(std::int64_t value) { return normalised(value, 0).value_or(Number{}); }

std::optional<Number> Number::parse(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  std::string digits = is_negative ? "-" : "";
  std::int32_t exponent = 0;
  bool has_digits = false;
  bool is_behind_point = false;
  std::size_t at = 0;
  for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !is_behind_point)); ++at) {
    if (text[at] == '.') {
      is_behind_point = true;
      continue;
    }
    has_digits = true;
    digits += text[at];
    if (is_behind_point) --exponent;
  }
  if (!has_digits) return std::nullopt;
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
    std::string_view power_text = text.substr(at + 1);
    if (power_text.starts_with('+')) power_text.remove_prefix(1);
    std::int32_t power_of_ten = 0;
    const auto [end, error] = std::from_chars(power_text.data(), power_text.data() + power_text.size(), power_of_ten);
    if (error != std::errc() || end != power_text.data() + power_text.size() ||
        std::abs(power_of_ten) > largest_exponent)
      return std::nullopt;
    exponent += power_of_ten;
  }
  while (digits.size() > 1 && digits.back() == '0' && exponent < largest_exponent) {
    digits.pop_back();
    ++exponent;
  }
  std::int64_t mantissa = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), mantissa);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (mantissa == 0 && is_negative) return std::nullopt;
  return normalised(mantissa, exponent);
}

std::string Number::to_text() const {
  std::string digits = std::to_string(mantissa);
  if (exponent >= 0) return digits.append(static_cast<std::size_t>(exponent), '0');
  const std::string sign = mantissa < 0 ? "-" : "";
  digits.erase(0, sign.size());
  const auto decimals = static_cast<std::size_t>(-exponent);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  digits.insert(digits.size() - decimals, ".");
  return sign + digits;
}

std::optional<std::int64_t> Number::to_integer() const {
  if (exponent < 0) return std::nullopt;
  const auto scale = power(10, exponent);
  return scale ? times(mantissa, *scale) : std::nullopt;
}

std::optional<Number> add(const Number& left, const Number& right) {
  const auto aligned = is_binary(left) && is_binary(right) ? align(left, right) : std::nullopt;
  std::int64_t sum = 0;
  if (!aligned || __builtin_add_overflow(aligned->left, aligned->right, &sum)) return std::nullopt;
  return normalised(sum, aligned->exponent);
}

std::optional<Number> subtract(const Number& left, const Number& right) {
  if (right.mantissa == INT64_MIN) return std::nullopt;
  return add(left, {-right.mantissa, right.exponent});
}

std::optional<Number> multiply(const Number& left, const Number& right) {
  if (!is_binary(left) || !is_binary(right)) return std::nullopt;
  const bool is_negative_zero =
      (left.mantissa == 0 && right.mantissa < 0) || (left.mantissa < 0 && right.mantissa == 0);
  const auto product = times(left.mantissa, right.mantissa);
  return product && !is_negative_zero ? normalised(*product, left.exponent + right.exponent) : std::nullopt;
}

std::optional<Number> divide(const Number& left, const Number& right) {
  const auto aligned = is_binary(left) && is_binary(right) ? align(left, right) : std::nullopt;
  if (!aligned || aligned->right == INT64_MIN || aligned->left == INT64_MIN) return std::nullopt;
  if (aligned->left == 0) return aligned->right > 0 ? std::optional(Number{}) : std::nullopt;
  const std::int64_t common = std::gcd(aligned->left, aligned->right);
  std::int64_t denominator = std::abs(aligned->right) / common;
  std::int64_t numerator = aligned->left / common * (aligned->right < 0 ? -1 : 1);
  // One rounding of a quotient is what a literal of the same digits is rounded to.
  std::int32_t exponent = 0;
  for (const auto& [factor, other] : {std::pair(10, 1), std::pair(5, 2), std::pair(2, 5)}) {
    for (; denominator % factor == 0; denominator /= factor, --exponent) {
      const auto scaled = times(numerator, other);
      if (!scaled) return std::nullopt;
      numerator = *scaled;
    }
  }
  return denominator == 1 ? normalised(numerator, exponent) : std::nullopt;
}

std::optional<Number> remainder(const Number& left, const Number& right) {
  if (right.mantissa == 0) return left;  // as Terraform has it
  const auto aligned = is_binary(left) && is_binary(right) ? align(left, right) : std::nullopt;
  if (!aligned || aligned->right == -1) return aligned ? std::optional(Number{}) : std::nullopt;
  const std::int64_t rest = aligned->left % aligned->right;
  return rest == 0 && aligned->left < 0 ? std::nullopt : normalised(rest, aligned->exponent);
}

std::strong_ordering compare(const Number& left, const Number& right) {
  const auto sign = [](const Number& number) { return (number.mantissa > 0) - (number.mantissa < 0); };
  if (sign(left) != sign(right)) return sign(left) <=> sign(right);
  if (const auto aligned = align(left, right)) return aligned->left <=> aligned->right;
  // They do not fit side by side, so one has more digits before the point.
  const auto size = [](const Number& number) {
    return static_cast<std::int64_t>(std::to_string(std::abs(number.mantissa)).size()) + number.exponent;
  };
  if (size(left) != size(right)) return sign(left) > 0 ? size(left) <=> size(right) : size(right) <=> size(left);
  // As many: the digits decide.
  const auto digits = [](const Number& number) { return std::to_string(std::abs(number.mantissa)); };
  return sign(left) > 0 ? digits(left) <=> digits(right) : digits(right) <=> digits(left);
}

}  // namespace statelane::hcl
