#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace statelane::hcl {

/// A number as Terraform has it, exactly: `mantissa` times ten to the power of `exponent`. Terraform computes with
/// binary numbers of 512 bits and writes the shortest decimal that stands for the result. What would be rounded there,
/// or does not fit in here, is no `Number`: then nothing is known.
struct Number {
  std::int64_t mantissa = 0;  ///< no trailing zero, unless it is zero
  std::int32_t exponent = 0;

  static Number of(std::int64_t value);

  /// The number that HCL, JSON or `tonumber` read in `text`; empty when it is none, or does not fit. A negative zero is
  /// no `Number`: Terraform writes it with its sign.
  static std::optional<Number> parse(std::string_view text);

  /// As Terraform writes it: without an exponent.
  std::string to_text() const;

  /// Empty when it has a fraction, or is too large.
  std::optional<std::int64_t> to_integer() const;

  friend bool operator==(const Number&, const Number&) = default;
};

// Empty where the result is not exact, or not a number of this kind.
std::optional<Number> add(const Number& left, const Number& right);
std::optional<Number> subtract(const Number& left, const Number& right);
std::optional<Number> multiply(const Number& left, const Number& right);
std::optional<Number> divide(const Number& left, const Number& right);  ///< `right` is not zero
std::optional<Number> remainder(const Number& left, const Number& right);
std::strong_ordering compare(const Number& left, const Number& right);

}  // namespace statelane::hcl
