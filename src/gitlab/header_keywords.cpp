#include <fmt/format.h>

#include <algorithm>

#include "gitlab/input_shapes.hpp"
#include "gitlab/keywords.hpp"
#include "gitlab/regexp.hpp"
#include "gitlab/texts.hpp"

// The header of a file: `spec` (lib/gitlab/ci/config/header, https://docs.gitlab.com/ci/yaml/#header-keywords).

namespace statelane::gitlab {

namespace {

using yaml::Value;

const std::string* text_of(const Value* value) { return value != nullptr ? value->as_string() : nullptr; }

std::string_view type_of(const Value& input) {
  const std::string* type = text_of(input.find("type"));
  return type != nullptr ? std::string_view(*type) : "string";
}

bool is_number(const Value& value) {
  return value.as_integer() != nullptr || std::holds_alternative<double>(value.data);
}

bool is_of_type(const Value& value, std::string_view type) {
  if (value.is_null() || is_open(value)) return true;
  if (type == "number") return is_number(value);
  if (type == "boolean") return value.as_bool() != nullptr;
  if (type == "array") return value.as_list() != nullptr;
  return type != "string" || value.as_string() != nullptr;
}

/// `default` fits `type`, `options` and `regex`.
void check_default(const Value& input, ShapeCheck& check) {
  const Value* value = input.find("default");
  if (value == nullptr || value->is_null()) return;
  const std::string_view type = type_of(input);
  if (!is_of_type(*value, type))
    return check.add(value->spot, fmt::format("the default of \"{}\" is no {}", check.path(), type));
  const Value* options = input.find("options");
  if (options != nullptr && options->as_list() != nullptr && type != "array") {
    const auto& list = *options->as_list();
    if (std::find(list.begin(), list.end(), *value) == list.end())
      check.add(value->spot, fmt::format("the default of \"{}\" is not among its \"options\"", check.path()));
  }
  const std::string *pattern = text_of(input.find("regex")), *text = value->as_string();
  if (pattern != nullptr && text != nullptr && finds_regexp(*pattern, "", *text) == false)
    check.add(value->spot, fmt::format("the default of \"{}\" does not match its \"regex\"", check.path()));
}

}  // namespace

void check_input(const Value& input, ShapeCheck& check) {
  check_default(input, check);
  const std::string_view type = type_of(input);
  if (input.find("regex") != nullptr && type != "string")
    check.add(input.find("regex")->key_spot,
              fmt::format("\"{}\" takes \"regex\" with the type string only", check.path()));
  const Value* options = input.find("options");
  if (options != nullptr && type == "boolean")
    check.add(options->key_spot, fmt::format("\"{}\" takes no \"options\" with the type boolean", check.path()));
}

void check_job_input(const Value& input, ShapeCheck& check) {
  const Value* value = input.find("default");
  if (value == nullptr || value->is_null()) check.add(input.spot, fmt::format("\"{}\" needs a default", check.path()));
  check_input(input, check);
}

namespace {

using namespace shapes;

constexpr Shape rules{.forms = form::list, .least_items = 1};
constexpr Keyword input_keys[] = {{"default", &any},
                                  {"description", &text, false, {16, 5}},
                                  {"options", &input_options, false, {16, 6}},
                                  {"regex", &input_regex, false, {16, 5}},
                                  {"rules", &rules, false, {18, 7}},
                                  {"type", &input_type}};
constexpr Shape input{.forms = form::map, .keywords = input_keys, .rule = check_input};
constexpr Shape inputs{.forms = form::map, .each = &input};
constexpr std::string_view component_words[] = {"name", "sha", "version", "reference"};
constexpr Shape component_word{.words = component_words};
constexpr Shape component{.forms = form::list, .item = &component_word};
constexpr Shape includes{.forms = form::text | form::list | form::map};
constexpr Keyword spec_keys[] = {{"component", &component, false, {18, 6}},
                                 {"description", &text, false, {18, 10}},
                                 {"include", &includes, false, {18, 6}},
                                 {"inputs", &inputs}};
constexpr Shape spec{.forms = form::map, .keywords = spec_keys};
constexpr Keyword header_keys[] = {{"spec", &spec, false, {15, 11}}};
constexpr Shape header{.forms = form::map, .keywords = header_keys};

}  // namespace

std::vector<KeywordFault> check_header_keywords(const yaml::Value& value) {
  ShapeCheck check;
  check.check(value, header, "");
  return check.take();
}

}  // namespace statelane::gitlab
