#include "runner/dotenv.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"

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
  throw Error(ErrorKind::user_files, fmt::format("cannot write output '{}' as a variable: {}", output, reason));
}

std::string dotenv_value(const Json& outputs, const std::string& name) {
  if (!outputs.contains(name)) refuse_dotenv(name, "the state has no such output");
  const Json& output = outputs[name];
  if (output.value("sensitive", true)) refuse_dotenv(name, "it is sensitive");
  const Json& value = output.at("value");
  if (!value.is_string() && !value.is_number() && !value.is_boolean())
    refuse_dotenv(name, "it is no string, number or boolean");
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.find_first_of("\r\n") != std::string::npos) refuse_dotenv(name, "it has a line end");
  constexpr std::string_view blanks = " \t\v\f";
  const bool has_edge =
      !text.empty() && (blanks.find(text.front()) != blanks.npos || blanks.find(text.back()) != blanks.npos);
  if (has_edge) refuse_dotenv(name, "it begins or ends with a blank, which GitLab would drop");
  return text;
}

}  // namespace

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
  if (result.size() < most_bytes) return result;
  throw Error(ErrorKind::user_files,
              fmt::format("cannot write {} bytes of outputs as variables: GitLab takes fewer than {}", result.size(),
                          most_bytes));
}

}  // namespace statelane::runner
