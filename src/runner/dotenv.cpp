#include "runner/dotenv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/escape.hpp"
#include "base/utf8.hpp"

namespace statelane::runner {

namespace {

using Json = nlohmann::json;

// doc/administration/instance_limits.md, "Limit dotenv variables" and "Limit dotenv file size".
constexpr std::size_t most_variables = 20;
constexpr std::size_t most_bytes = 5120;

/// `VARIABLE=OUTPUT`, or a name that is both.
struct Request {
  std::string variable;
  std::string output;
};

Request parse_request(const std::string& name) {
  const std::size_t equals = name.find('=');
  return {name.substr(0, equals), equals == std::string::npos ? name : name.substr(equals + 1)};
}

[[noreturn]] void refuse_dotenv(std::string_view output, std::string_view reason) {
  throw Error(ErrorKind::user_files,
              fmt::format("cannot write output '{}' as a variable: {}", escape_for_terminal(output), reason));
}

std::string dotenv_value(const Json& outputs, const std::string& name) {
  if (!outputs.contains(name)) refuse_dotenv(name, "the state has no such output");
  const Json& output = outputs[name];
  if (output.value("sensitive", true)) refuse_dotenv(name, sensitive_variable);
  const Json& value = output.at("value");
  if (!value.is_string() && !value.is_number() && !value.is_boolean()) refuse_dotenv(name, no_variable_type);
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (const std::string reason = why_no_variable(text); !reason.empty()) refuse_dotenv(name, reason);
  return text;
}

[[noreturn]] void refuse_size(std::size_t size) {
  throw Error(
      ErrorKind::user_files,
      fmt::format("cannot write {} bytes of outputs as variables: GitLab takes fewer than {}", size, most_bytes));
}

}  // namespace

std::string why_no_variable(std::string_view value) {
  if (!is_valid_utf8(value)) return "it is not UTF-8";
  if (value.find_first_of("\r\n") != std::string_view::npos) return "it has a line end";
  // GitLab's parser reads lines; a control character in one is cut or refused.
  const auto is_control = [](char byte) {
    return (static_cast<unsigned char>(byte) < 0x20 && byte != '\t') || byte == 0x7F;
  };
  if (std::any_of(value.begin(), value.end(), is_control)) return "it has a control character";
  constexpr std::string_view blanks = " \t";
  const bool has_edge =
      !value.empty() && (blanks.find(value.front()) != blanks.npos || blanks.find(value.back()) != blanks.npos);
  return has_edge ? "it begins or ends with a blank, which GitLab would drop" : "";
}

void check_planned_outputs(const SeenOutputs& outputs, const std::vector<std::string>& names) {
  if (!outputs.planned) return;
  std::size_t size = 0;
  for (const std::string& name : names) {
    const auto [variable, output] = parse_request(name);
    const auto planned = outputs.planned->find(output);
    if (planned == outputs.planned->end()) refuse_dotenv(output, "the plan leaves no such output");
    if (!planned->second.why_not.empty()) refuse_dotenv(output, planned->second.why_not);
    size += variable.size() + planned->second.size + std::string_view("=\n").size();
  }
  if (size >= most_bytes) refuse_size(size);
}

void check_dotenv_names(const std::vector<std::string>& names) {
  constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  for (const std::string& name : names) {
    const auto [variable, output] = parse_request(name);
    if (!variable.empty() && variable.find_first_not_of(allowed) == std::string::npos) continue;
    refuse_dotenv(output, fmt::format("'{}' is no name of a variable; write VARIABLE={}", variable, output));
  }
  if (names.size() <= most_variables) return;
  throw Error(ErrorKind::user_files,
              fmt::format("cannot write {} outputs as variables: GitLab takes {}", names.size(), most_variables));
}

std::string render_dotenv(std::string_view outputs_json, const std::vector<std::string>& names) {
  check_dotenv_names(names);
  const Json outputs = Json::parse(outputs_json, nullptr, false);
  std::string result;
  for (const std::string& name : names) {
    const auto [variable, output] = parse_request(name);
    result += fmt::format("{}={}\n", variable, dotenv_value(outputs, output));
  }
  if (result.size() >= most_bytes) refuse_size(result.size());
  return result;
}

}  // namespace statelane::runner
