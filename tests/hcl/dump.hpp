#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "hcl/syntax.hpp"

namespace statelane::hcl {

/// Writes a tree in a form that tests can state and that the oracle (oracle/main.go) writes too: `(if (var a) (num 1)
/// (num 2))`. Strings stand as text for people, as hexadecimal digits for the oracle.
class Dump {
 public:
  enum class Strings { plain, hexadecimal };
  explicit Dump(Strings strings = Strings::plain) : strings_(strings) {}

  std::string operator()(const Expression& e) const {
    switch (e.kind) {
      case ExpressionKind::null_literal: return "(null)";
      case ExpressionKind::boolean: return "(bool " + std::string(e.text) + ")";
      case ExpressionKind::number: return number(e.text);
      case ExpressionKind::string: return string(e.text);
      case ExpressionKind::string_template: return text_template(e);
      case ExpressionKind::template_if: {
        const std::string otherwise = e.operands.size() > 2 ? (*this)(*e.operands[2]) : string("");
        return "(if " + (*this)(*e.operands[0]) + " " + (*this)(*e.operands[1]) + " " + otherwise + ")";
      }
      case ExpressionKind::template_for: return "(join " + for_each(e, false) + ")";
      case ExpressionKind::variable: return "(var " + std::string(e.text) + ")";
      case ExpressionKind::attribute: return "(attr " + (*this)(*e.operands[0]) + " " + std::string(e.text) + ")";
      case ExpressionKind::index: return list("index", e);
      case ExpressionKind::splat: return list("splat", e);
      case ExpressionKind::splat_item: return "(item)";
      case ExpressionKind::call: return list("call " + std::string(e.text) + (e.has_ellipsis ? "..." : ""), e);
      case ExpressionKind::conditional: return list("if", e);
      case ExpressionKind::binary:
      case ExpressionKind::unary: return list(std::string(e.text), e);
      case ExpressionKind::tuple: return list("tuple", e);
      case ExpressionKind::object: return list("object", e);
      case ExpressionKind::for_tuple: return for_each(e, false);
      case ExpressionKind::for_object: return for_each(e, true);
      case ExpressionKind::invalid: return list("invalid", e);
    }
    return "?";
  }

  /// With the byte ranges of attributes and blocks.
  std::string operator()(const Body& body) const {
    std::map<std::uint32_t, std::string> items;
    for (const Attribute& attribute : body.attributes) {
      items[attribute.range.begin.offset] =
          std::string(attribute.name) + place(attribute.range) + "=" + (*this)(*attribute.value);
    }
    for (const Block& block : body.blocks) {
      std::string head(block.type);
      for (const Label& label : block.labels) {
        head += " " + (strings_ == Strings::plain ? std::string(label.text) : to_hex(label.text));
      }
      items[block.range.begin.offset] = head + place(block.range) + (*this)(*block.body);
    }
    std::string result = "{";
    for (const auto& [offset, text] : items) result += text + ";";
    return result + "}";
  }

 private:
  static std::string place(const SourceRange& range) {
    return "@" + std::to_string(range.begin.offset) + "-" + std::to_string(range.end.offset);
  }

  static std::string number(std::string_view text) {
    if (std::isinf(std::strtod(std::string(text).c_str(), nullptr))) return "(num +Inf)";
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "(num %.15g)", std::strtod(std::string(text).c_str(), nullptr));
    return buffer;
  }

  std::string string(std::string_view text) const {
    return "(str " + (strings_ == Strings::plain ? std::string(text) : to_hex(text)) + ")";
  }

  std::string list(std::string head, const Expression& e) const {
    for (const Expression* operand : e.operands) head += " " + (*this)(*operand);
    return "(" + head + ")";
  }

  std::string for_each(const Expression& e, bool is_object) const {
    const std::size_t value = is_object ? 4 : 3;
    std::string result = "(for [" + std::string(e.operands[0]->text) + "," + std::string(e.operands[1]->text) + "] " +
                         (*this)(*e.operands[2]);
    if (is_object) result += " => " + (*this)(*e.operands[3]);
    result += " " + (*this)(*e.operands[value]);
    if (e.has_ellipsis) result += " ...";
    if (e.operands.size() > value + 1) result += " if " + (*this)(*e.operands[value + 1]);
    return result + ")";
  }

  /// Neighbouring literals are one; a template of one literal is that literal.
  std::string text_template(const Expression& e) const {
    std::vector<std::string> parts;
    for (const Expression* operand : e.operands) {
      const std::string next = (*this)(*operand);
      if (!parts.empty() && parts.back().starts_with("(str ") && next.starts_with("(str ")) {
        parts.back() = parts.back().substr(0, parts.back().size() - 1) + next.substr(5);
      } else {
        parts.push_back(next);
      }
    }
    if (parts.size() == 1 && parts[0].starts_with("(str ")) return parts[0];
    std::string result = "(template";
    for (const std::string& part : parts) result += " " + part;
    return result + ")";
  }

  Strings strings_;
};

}  // namespace statelane::hcl
