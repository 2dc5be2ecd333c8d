#include <algorithm>
#include <cctype>

#include "hcl/syntax.hpp"

namespace statelane::hcl {

namespace {

/// Writes an expression back, until there is enough.
class Renderer {
 public:
  explicit Renderer(std::size_t limit) : limit_(limit) {}

  std::string render(const Expression& expression) {
    add(expression);
    if (text_.size() <= limit_) return std::move(text_);
    text_.resize(limit_);
    while (!text_.empty() && (static_cast<unsigned char>(text_.back()) & 0x80) != 0) text_.pop_back();
    return text_ + "…";
  }

 private:
  void add(const Expression& e) {
    if (text_.size() > limit_) return;
    switch (e.kind) {
      case ExpressionKind::null_literal:
      case ExpressionKind::boolean:
      case ExpressionKind::number:
      case ExpressionKind::variable: text_ += e.text; break;
      case ExpressionKind::string: add_quoted([&] { add_literal(e.text); }); break;
      case ExpressionKind::string_template: add_quoted([&] { add_parts(e); }); break;
      case ExpressionKind::template_if:
      case ExpressionKind::template_for: add_directive(e); break;
      case ExpressionKind::attribute: add(*e.operands[0]), text_ += '.', text_ += e.text; break;
      case ExpressionKind::index: add(*e.operands[0]), add_bracketed("[", "]", e.operands.subspan(1)); break;
      case ExpressionKind::splat: add(*e.operands[0]), text_ += "[*]", add(*e.operands[1]); break;
      case ExpressionKind::splat_item: break;
      case ExpressionKind::call: text_ += e.text, add_bracketed("(", e.has_ellipsis ? "...)" : ")", e.operands); break;
      case ExpressionKind::unary: text_ += e.text, add_operand(*e.operands[0]); break;
      case ExpressionKind::tuple: add_bracketed("[", "]", e.operands); break;
      case ExpressionKind::invalid: text_ += "(invalid)"; break;
      default: add_operators(e);
    }
  }

  void add_operators(const Expression& e) {
    switch (e.kind) {
      case ExpressionKind::binary:
        add_operand(*e.operands[0]);
        text_.append(" ").append(e.text).append(" ");
        add_operand(*e.operands[1]);
        break;
      case ExpressionKind::conditional:
        add_operand(*e.operands[0]);
        text_ += " ? ";
        add(*e.operands[1]);
        text_ += " : ";
        add(*e.operands[2]);
        break;
      case ExpressionKind::object:
        text_ += '{';
        for (std::size_t index = 0; index + 1 < e.operands.size(); index += 2) {
          if (index > 0) text_ += ", ";
          add_key(*e.operands[index]);
          text_ += " = ";
          add(*e.operands[index + 1]);
        }
        text_ += '}';
        break;
      default: add_for(e);
    }
  }

  /// More parentheses than needed rather than a table of how strongly operators bind.
  void add_operand(const Expression& e) {
    if (e.kind != ExpressionKind::binary && e.kind != ExpressionKind::conditional) return add(e);
    text_ += '(';
    add(e);
    text_ += ')';
  }

  void add_key(const Expression& key) {
    const auto is_plain = [](char byte) { return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_'; };
    const bool is_word = !key.text.empty() && std::isdigit(static_cast<unsigned char>(key.text[0])) == 0 &&
                         std::all_of(key.text.begin(), key.text.end(), is_plain);
    if (key.kind == ExpressionKind::string && is_word) {
      text_ += key.text;
      return;
    }
    if (key.kind == ExpressionKind::string) return add(key);
    text_ += '(';
    add(key);
    text_ += ')';
  }

  void add_for(const Expression& e) {
    const bool is_object = e.kind == ExpressionKind::for_object;
    text_ += is_object ? "{" : "[";
    add_for_head(e);
    text_ += " : ";
    add(*e.operands[3]);
    if (is_object) text_ += " => ", add(*e.operands[4]);
    if (e.has_ellipsis) text_ += "...";
    const std::size_t condition = is_object ? 5 : 4;
    if (e.operands.size() > condition) text_ += " if ", add(*e.operands[condition]);
    text_ += is_object ? "}" : "]";
  }

  void add_for_head(const Expression& e) {
    text_ += "for ";
    if (!e.operands[0]->text.empty()) text_.append(e.operands[0]->text).append(", ");
    text_.append(e.operands[1]->text).append(" in ");
    add(*e.operands[2]);
  }

  void add_directive(const Expression& e) {
    const bool is_if = e.kind == ExpressionKind::template_if;
    text_ += "%{ ";
    if (is_if) text_ += "if ", add(*e.operands[0]);
    if (!is_if) add_for_head(e);
    text_ += " }";
    add_parts(*e.operands[is_if ? 1 : 3]);
    if (is_if && e.operands.size() > 2) text_ += "%{ else }", add_parts(*e.operands[2]);
    text_ += is_if ? "%{ endif }" : "%{ endfor }";
  }

  void add_parts(const Expression& e) {
    if (e.kind == ExpressionKind::string) return add_literal(e.text);
    for (const Expression* part : e.operands) {
      const bool is_directive = part->kind == ExpressionKind::template_if || part->kind == ExpressionKind::template_for;
      if (part->kind == ExpressionKind::string) {
        add_literal(part->text);
      } else if (is_directive) {
        add(*part);
      } else {
        add_bracketed("${", "}", std::span(&part, 1));
      }
    }
  }

  void add_literal(std::string_view text) {
    for (const char byte : text.substr(0, limit_)) {
      if (byte == '\n') {
        text_ += "\\n";
      } else if (byte == '\r') {
        text_ += "\\r";
      } else {
        if (byte == '"' || byte == '\\') text_ += '\\';
        text_ += byte;
      }
    }
  }

  template <typename Function>
  void add_quoted(Function add_content) {
    text_ += '"';
    add_content();
    text_ += '"';
  }

  void add_bracketed(std::string_view open, std::string_view close, std::span<const Expression* const> list) {
    text_ += open;
    bool is_first = true;
    for (const Expression* expression : list) {
      if (text_.size() > limit_) break;
      if (!is_first) text_ += ", ";
      is_first = false;
      add(*expression);
    }
    text_ += close;
  }

  std::size_t limit_;
  std::string text_;
};

}  // namespace

std::string render_expression(const Expression& expression, std::size_t limit) {
  return Renderer(limit).render(expression);
}

}  // namespace statelane::hcl
