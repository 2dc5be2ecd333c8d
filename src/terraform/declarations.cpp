#include "terraform/declarations.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "hcl/parse.hpp"
#include "hcl/token_digest.hpp"

namespace statelane::terraform {

namespace {

using namespace std::string_view_literals;
using hcl::Expression;
using hcl::ExpressionKind;

/// The constant beginning of a traversal: `a.b[each.key].c` begins with `a`, `b`, and is cut there.
struct Beginning {
  std::vector<std::string_view> names;
  bool is_cut = false;
};

std::optional<Beginning> beginning_of(const Expression& expression) {
  if (expression.kind == ExpressionKind::variable) return Beginning{{expression.text}, false};
  const bool is_step = expression.kind == ExpressionKind::attribute || expression.kind == ExpressionKind::index ||
                       expression.kind == ExpressionKind::splat;
  if (!is_step) return std::nullopt;
  auto result = beginning_of(*expression.operands[0]);
  if (!result || result->is_cut) return result;
  if (expression.kind == ExpressionKind::attribute) {
    result->names.push_back(expression.text);
    return result;
  }
  const bool is_literal =
      expression.kind == ExpressionKind::index && (expression.operands[1]->kind == ExpressionKind::string ||
                                                   expression.operands[1]->kind == ExpressionKind::number);
  if (is_literal) {
    result->names.push_back(expression.operands[1]->text);
  } else {
    result->is_cut = true;
  }
  return result;
}

/// What a traversal is about; empty for what no block declares.
std::string address_of(const std::vector<std::string_view>& names) {
  constexpr std::array nowhere = {"path"sv, "each"sv, "self"sv, "count"sv, "terraform"sv};
  const std::string_view root = names.front();
  if (std::find(nowhere.begin(), nowhere.end(), root) != nowhere.end()) return "";
  const bool is_simple = root == "local" || root == "var" || root == "module";
  const bool is_typed = root == "data" || root == "ephemeral";
  const std::size_t length = is_typed ? 3 : 2;
  // A bare word alone is a name bound by a loop, or a keyword as in `ignore_changes`.
  if (names.size() < length) return is_simple || is_typed ? "*" : "";
  std::string address = is_simple || is_typed ? "" : "resource.";
  for (std::size_t index = 0; index < length; ++index) {
    if (index > 0) address += '.';
    address += names[index];
  }
  return address;
}

/// Gathers what expressions mention.
class Mentions {
 public:
  explicit Mentions(Declarations& declarations) : declarations_(declarations) {}

  std::set<std::string> take() { return std::move(references_); }

  void visit(const hcl::Body& body) {
    for (const hcl::Attribute& attribute : body.attributes) visit(*attribute.value);
    for (const hcl::Block& block : body.blocks) visit(*block.body);
  }

  void visit(const Expression& expression) {
    if (const auto beginning = beginning_of(expression)) {
      add(*beginning);
      visit_keys(expression);
      return;
    }
    for (const Expression* operand : expression.operands) visit(*operand);
  }

 private:
  /// What stands in the brackets of a traversal.
  void visit_keys(const Expression& expression) {
    const Expression* step = &expression;
    for (; step->kind != ExpressionKind::variable; step = step->operands[0]) {
      if (step->operands.size() > 1) visit(*step->operands[1]);
    }
  }

  void add(const Beginning& beginning) {
    const auto& names = beginning.names;
    if (std::string address = address_of(names); !address.empty()) references_.insert(std::move(address));
    if (names.size() < 3 || names[0] != "data" || names[1] != "terraform_remote_state") return;
    // Behind the name may stand the key of a `for_each`.
    for (std::size_t at : {std::size_t{3}, std::size_t{4}}) {
      if (names.size() > at + 1 && names[at] == "outputs") {
        declarations_.remote_outputs.emplace(names[2], names[at + 1]);
        return;
      }
    }
    declarations_.remote_outputs.emplace(names[2], "*");
  }

  Declarations& declarations_;
  std::set<std::string> references_;
};

class Reader {
 public:
  explicit Reader(const hcl::File& file) : file_(file) {}

  Declarations read() {
    result_.is_whole = !file_.has_faults();
    for (const hcl::Block& block : file_.body().blocks) visit(block);
    return std::move(result_);
  }

 private:
  void visit(const hcl::Block& block) {
    if (block.type == "locals") {
      for (const hcl::Attribute& attribute : block.body->attributes) {
        Mentions mentions(result_);
        mentions.visit(*attribute.value);
        add("local." + std::string(attribute.name), attribute.range, mentions.take());
      }
      return;
    }
    Mentions mentions(result_);
    mentions.visit(*block.body);
    add(address_of_block(block), block.range, mentions.take());
  }

  static std::string address_of_block(const hcl::Block& block) {
    constexpr std::array one_label = {"module"sv, "output"sv, "provider"sv, "check"sv, "variable"sv};
    const bool has_one = std::find(one_label.begin(), one_label.end(), block.type) != one_label.end();
    const bool has_two = block.type == "resource" || block.type == "data" || block.type == "ephemeral";
    if (block.labels.size() != (has_two ? 2 : 1) || !(has_one || has_two)) return "other";
    std::string address = block.type == "variable" ? "var" : std::string(block.type);
    for (const hcl::Label& label : block.labels) address += "." + std::string(label.text);
    return address;
  }

  void add(std::string address, const SourceRange& range, std::set<std::string> references) {
    const std::string_view text = file_.source().substr(range.begin.offset, range.end.offset - range.begin.offset);
    result_.all.push_back({std::move(address), hcl::native_token_digest(std::string(text)), range.begin.line,
                           range.end.line, std::move(references)});
  }

  const hcl::File& file_;
  Declarations result_;
};

}  // namespace

Declarations read_declarations(const std::string& text) {
  Diagnostics ignored;
  return Reader(hcl::parse(text, RepoPath(), ignored)).read();
}

}  // namespace statelane::terraform
