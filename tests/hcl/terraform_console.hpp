#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "hcl/json_value.hpp"
#include "hcl/parse.hpp"
#include "hcl/value.hpp"
#include "process/command.hpp"

namespace statelane::hcl {

/// JSON with the keys sorted, as Terraform writes it; `?` for what is not known.
inline std::string to_json(const Value& value) {
  const auto quote = [](std::string_view text) {
    std::string result = "\"";
    for (const char byte : text) {
      if (byte == '\n') {
        result += "\\n";
      } else {
        if (byte == '"' || byte == '\\') result += '\\';
        result += byte;
      }
    }
    return result + "\"";
  };
  if (value.is_null()) return "null";
  if (value.as_text() != nullptr && value.as_known_string()) return quote(*value.as_known_string());
  std::string result;
  if (const auto* list = value.as_list()) {
    for (const Value& item : *list) result += (result.empty() ? "" : ",") + to_json(item);
    return "[" + result + "]";
  }
  if (const auto* map = value.as_map()) {
    for (const auto& [key, item] : *map) result += (result.empty() ? "" : ",") + quote(key) + ":" + to_json(item);
    return "{" + result + "}";
  }
  return value.as_known_string().value_or("?");
}

inline bool has_terraform() {
  process::Command command;
  command.argv = {"sh", "-c", "command -v terraform"};
  return process::run_captured(command, std::chrono::seconds(10)).status.succeeded();
}

/// Skips loudly; under CI a missing tool is a failure.
inline bool is_without_terraform() {
  if (has_terraform()) return false;
  MESSAGE("skipped: terraform is not on PATH");
  CHECK(std::getenv("CI") == nullptr);
  return true;
}

/// What `terraform console` beside `configuration` answers to one line: JSON in a string of HCL.
inline std::string ask_console(std::string_view configuration, const std::string& line) {
  namespace fs = std::filesystem;
  const fs::path directory = fs::temp_directory_path() / ("statelane-fold-" + std::to_string(std::random_device{}()));
  fs::create_directory(directory);
  std::ofstream(directory / "main.tf") << configuration;
  std::ofstream(directory / "question") << line << '\n';
  process::Command command;
  command.argv = {"sh", "-c", "terraform console < question"};
  command.directory = directory;
  command.environment["TF_CLI_CONFIG_FILE"] = std::nullopt;
  command.environment["CHECKPOINT_DISABLE"] = "1";
  const process::Captured captured = process::run_captured(command, std::chrono::minutes(2));
  fs::remove_all(directory);
  INFO(captured.err);
  REQUIRE(captured.status.succeeded());
  REQUIRE(captured.out.starts_with('"'));
  Diagnostics diagnostics;
  const File answer = parse_expression(captured.out, RepoPath::of("answer"), diagnostics);
  REQUIRE(answer.expression()->kind == ExpressionKind::string);
  return std::string(answer.expression()->text);
}

/// What Terraform says that each expression is, many in one line, which may have 64 KiB. Empty where it refuses.
inline std::vector<std::optional<Value>> ask_terraform(std::string_view configuration,
                                                       const std::vector<std::string>& expressions) {
  std::vector<std::optional<Value>> result;
  std::string line;
  const auto ask = [&] {
    const std::string answer = ask_console(configuration, "jsonencode([" + line + "])");
    line.clear();
    Diagnostics diagnostics;
    Arena arena;
    const JsonValue json = read_json(answer, RepoPath(), arena, diagnostics).value;
    for (const JsonValue& item : json.items) {
      const bool is_refused = item.kind == JsonValue::Kind::null;
      result.push_back(is_refused ? std::nullopt : std::optional(to_value(item.items[0])));
    }
  };
  for (const std::string& expression : expressions) {
    line += (line.empty() ? "" : ", ") + ("try([jsondecode(jsonencode(" + expression + "))], null)");
    if (line.size() > 50'000) ask();
  }
  if (!line.empty()) ask();
  REQUIRE(result.size() == expressions.size());
  return result;
}

}  // namespace statelane::hcl
