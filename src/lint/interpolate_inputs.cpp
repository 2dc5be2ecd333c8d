#include "lint/interpolate_inputs.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>

namespace statelane::lint {

namespace {

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

/// One `$[[ inputs.NAME | function ]]`.
struct Expression {
  std::string_view name;  ///< as it is written
  std::string_view functions;
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::optional<Expression> find_expression(std::string_view text, std::size_t from) {
  const std::size_t begin = text.find("$[[", from);
  const std::size_t end = begin == std::string_view::npos ? begin : text.find("]]", begin);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view inner = text.substr(begin + 3, end - begin - 3);
  const std::size_t bar = std::min(inner.find('|'), inner.size());
  return Expression{trim(inner.substr(0, bar)), inner.substr(bar), begin, end + 2};
}

std::optional<std::string> to_text(const yaml::Value& value) {
  if (const auto* text = value.as_string()) return *text;
  if (const auto* number = value.as_integer()) return fmt::format("{}", *number);
  if (const auto* truth = value.as_bool()) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value.data)) return fmt::format("{}", *number);
  return std::nullopt;
}

/// `truncate(offset, length)`
std::string apply_functions(std::string text, std::string_view functions) {
  const std::size_t call = functions.find("truncate(");
  if (call == std::string_view::npos) return text;
  const std::string_view arguments = functions.substr(call + 9);
  std::size_t offset = 0;
  std::size_t length = std::string::npos;
  const std::size_t comma = std::min(arguments.find(','), arguments.size());
  const std::string_view first = trim(arguments.substr(0, comma));
  const std::string_view second = trim(arguments.substr(std::min(comma + 1, arguments.size())));
  std::from_chars(first.data(), first.data() + first.size(), offset);
  std::from_chars(second.data(), second.data() + second.size(), length);
  return offset < text.size() ? text.substr(offset, length) : "";
}

class Inputs {
 public:
  Inputs(const yaml::Value& header, const yaml::Value* given) : given_(given) {
    const yaml::Value* spec = header.find("spec");
    declared_ = spec != nullptr ? spec->find("inputs") : nullptr;
  }

  void interpolate(yaml::Value& node) {
    if (const auto* text = node.as_string()) {
      check(*text, node.spot);
      replace(node, *text);
    } else if (auto* list = std::get_if<yaml::Value::List>(&node.data)) {
      for (yaml::Value& item : *list) interpolate(item);
    } else if (yaml::Value::Map* map = node.as_map()) {
      for (yaml::Value::Entry& entry : *map) {
        check(entry.key, entry.spot());
        entry.key = fill_in(entry.key);
        interpolate(entry.value);
      }
    }
  }

  /// What an include gives has to be declared (lib/gitlab/ci/config/interpolation/inputs.rb).
  void check_given() {
    if (given_ == nullptr || given_->as_map() == nullptr) return;
    for (const yaml::Value::Entry& entry : *given_->as_map()) {
      if (is_declared(entry.key)) continue;
      refuse(entry.spot(), fmt::format("the file that is included declares no input \"{}\"", entry.key));
    }
  }

  std::vector<gitlab::KeywordFault> take_faults() { return std::move(faults_); }

 private:
  /// lib/gitlab/ci/config/interpolation: access.rb, functions_stack.rb
  void check(const std::string& text, const yaml::Spot& spot) {
    std::size_t from = 0;
    while (const auto expression = find_expression(text, from)) {
      from = expression->end;
      const bool is_component = expression->name.starts_with("component.");
      if (!is_component && !is_declared(name_of(*expression)))
        refuse(spot, fmt::format("\"{}\" is no input that spec:inputs declares", expression->name));
      check_functions(expression->functions, spot);
    }
  }

  void check_functions(std::string_view functions, const yaml::Spot& spot) {
    while (!functions.empty()) {
      functions.remove_prefix(1);
      const std::size_t bar = std::min(functions.find('|'), functions.size());
      const std::string_view function = trim(functions.substr(0, bar));
      const bool is_known =
          function == "expand_vars" || function == "posix_escape" || function.starts_with("truncate(");
      if (!is_known) refuse(spot, fmt::format("\"{}\" is no function of inputs", function));
      functions.remove_prefix(bar);
    }
  }

  void refuse(const yaml::Spot& spot, std::string message) {
    faults_.push_back({gitlab::KeywordFault::Kind::invalid_value, spot, std::move(message)});
  }

  static std::string_view name_of(const Expression& expression) {
    return expression.name.starts_with("inputs.") ? expression.name.substr(7) : std::string_view();
  }

  bool is_declared(std::string_view name) const { return declared_ != nullptr && declared_->find(name) != nullptr; }

  const yaml::Value* find(std::string_view name) const {
    if (const yaml::Value* value = given_ != nullptr ? given_->find(name) : nullptr) return value;
    const yaml::Value* declaration = declared_ != nullptr ? declared_->find(name) : nullptr;
    return declaration != nullptr ? declaration->find("default") : nullptr;
  }

  void replace(yaml::Value& node, const std::string& text) const {
    const auto expression = find_expression(text, 0);
    if (!expression) return;
    const bool is_whole = trim(text).size() == expression->end - expression->begin;
    const yaml::Value* value = is_whole ? find(name_of(*expression)) : nullptr;
    if (value != nullptr && value->as_string() == nullptr) {
      node.data = std::variant(value->data);
    } else {
      node.data = fill_in(text);
    }
  }

  std::string fill_in(const std::string& text) const {
    std::string result;
    std::size_t from = 0;
    while (const auto expression = find_expression(text, from)) {
      result += text.substr(from, expression->begin - from);
      const yaml::Value* value = find(name_of(*expression));
      const auto filled = value != nullptr ? to_text(*value) : std::nullopt;
      result += filled ? apply_functions(*filled, expression->functions)
                       : text.substr(expression->begin, expression->end - expression->begin);
      from = expression->end;
    }
    return result + text.substr(from);
  }

  const yaml::Value* declared_ = nullptr;
  const yaml::Value* given_;
  std::vector<gitlab::KeywordFault> faults_;
};

}  // namespace

std::vector<gitlab::KeywordFault> interpolate_inputs(const yaml::Value& header, const yaml::Value* given,
                                                     yaml::Value& content) {
  Inputs inputs(header, given);
  inputs.interpolate(content);
  return inputs.take_faults();
}

std::vector<gitlab::KeywordFault> check_given_inputs(const yaml::Value& header, const yaml::Value* given) {
  Inputs inputs(header, given);
  inputs.check_given();
  return inputs.take_faults();
}

}  // namespace statelane::lint
