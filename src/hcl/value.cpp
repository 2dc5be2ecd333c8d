#include "hcl/value.hpp"

#include <fmt/format.h>

#include <cmath>

namespace statelane::hcl {

Value Value::text(std::string value) {
  Text text;
  if (!value.empty()) text.pieces.emplace_back(std::move(value));
  return {std::move(text)};
}

Value Value::unknown(std::string reason, SourceRange range) { return {Unknown{std::move(reason), range}}; }

Value Value::error(std::string reason, SourceRange range) { return {Unknown{std::move(reason), range, true}}; }

std::optional<std::string> Value::as_known_string() const {
  if (const auto* text = std::get_if<Text>(&data)) {
    if (text->pieces.empty()) return "";
    return text->pieces.size() == 1 ? text->pieces.front() : std::nullopt;
  }
  if (const auto* boolean = std::get_if<bool>(&data)) return *boolean ? "true" : "false";
  if (const auto* number = std::get_if<Number>(&data)) {
    // Terraform writes whole numbers without a point.
    const double value = number->value;
    const bool is_whole = std::trunc(value) == value && std::abs(value) < 1e15;
    return is_whole ? fmt::format("{}", static_cast<long long>(value)) : fmt::format("{}", value);
  }
  return std::nullopt;
}

}  // namespace statelane::hcl
