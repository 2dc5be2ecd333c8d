#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "hcl/fold.hpp"
#include "hcl/json_value.hpp"
#include "hcl/parse.hpp"
#include "process/command.hpp"

using namespace statelane;
using namespace statelane::hcl;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view locals = R"(locals {
  env   = "prod"
  empty = ""
  none  = null
  list  = ["b", "a", "c", "a"]
  map   = { b = "2", a = "1" }
  deep  = { x = { y = [{ z = "found" }, { z = "second" }] } }
  flag  = true
  count = 3
}
)";

/// Every one of these is folded wholly, and valid.
constexpr std::string_view expressions[] = {
    R"("a${local.env}b${local.count}c${local.flag}")",
    R"("${local.count}")",
    R"("%{ if local.flag }y%{ else }n%{ endif }")",
    R"("%{ for k, v in local.map }${k}=${v},%{ endfor }")",
    R"(local.deep.x.y[0].z)",
    R"(local.deep["x"].y[1]["z"])",
    R"(local.deep.x.y[*].z)",
    R"(local.deep.x.y.*.z)",
    R"(local.list[local.count - 2])",
    R"(local.flag ? "x" : "y")",
    R"(local.env == "prod" && !local.flag)",
    R"(local.count == "3")",
    R"(1 + 2 * 3 - 4 / 2)",
    R"(7 % 3)",
    R"(-local.count)",
    R"(1.5 + 1)",
    R"(3 >= 3 || false)",
    R"("a" != "b")",
    R"([for x in local.list : "${x}!"])",
    R"([for i, x in local.list : i if x != "a"])",
    R"({for k, v in local.map : v => k})",
    R"({for k, v in local.map : k => v if k == "a"})",
    R"([for k, v in local.map : k])",
    R"([for x in toset(local.list) : x])",
    R"({a = 1, "b c" = [true, null]})",
    R"({(local.env) = 1})",
    R"(join("-", local.list))",
    R"(join("-", ["x"], local.list))",
    R"(join(",", []))",
    R"(format("%s-%d-%v", "a", 5, true))",
    R"(format("%03d|%5s|%-5s|%%", 7, "ab", "ab"))",
    R"(format("%03d", 1234))",
    R"(format("x"))",
    R"(formatlist("%s-%s", "a", ["b", "c"]))",
    R"(split(",", "a,b,,c"))",
    R"(split("/", ""))",
    R"(split("ab", "xabyab"))",
    R"(element(local.list, 5))",
    R"(element(["a"], 0))",
    R"(basename("a/b/c.tf"))",
    R"(basename("a/b/"))",
    R"(basename(""))",
    R"(basename("/"))",
    R"(dirname("a/b/c.tf"))",
    R"(dirname("a"))",
    R"(dirname("/a"))",
    R"(dirname("a/b/../c/d"))",
    R"(dirname("a/"))",
    R"(dirname(""))",
    R"(pathexpand("/a/b"))",
    R"(replace("a.b.c", ".", "/"))",
    R"(replace("aaa", "aa", "b"))",
    R"(replace("ab", "/", "x"))",
    R"(lower("AbC"))",
    R"(upper("aBc"))",
    R"(title("hello wORLD a_b c-d"))",
    R"(trim("--a-b--", "-"))",
    R"(trim("xxx", "x"))",
    R"(trimprefix("abc", "ab"))",
    R"(trimprefix("abc", "x"))",
    R"(trimsuffix("abc.tf", ".tf"))",
    R"(trimspace("  a b \n"))",
    R"(trimspace(""))",
    R"(chomp("a\n\r\n\n"))",
    R"(chomp("a"))",
    R"(substr("abcdef", 1, 3))",
    R"(substr("abc", -2, 1))",
    R"(substr("abc", 1, -1))",
    R"(substr("abc", 5, 1))",
    R"(substr("abc", 1, 100))",
    R"(concat(["a"], local.list, []))",
    R"(lookup(local.map, "a", "d"))",
    R"(lookup(local.map, "x", "d"))",
    R"(lookup(local.map, "b"))",
    R"(merge(local.map, {b = "9", c = "3"}))",
    R"(merge({}, null, {a = 1}))",
    R"(keys({b = 1, a = 2}))",
    R"(values({b = 1, a = 2}))",
    R"(length(local.list))",
    R"(length(local.map))",
    R"(length("abc"))",
    R"(length(toset(local.list)))",
    R"(toset(local.list))",
    R"(tolist(["x", "y"]))",
    R"(tomap({a = "1"}))",
    R"(tostring(5))",
    R"(tostring(true))",
    R"(tostring("x"))",
    R"(tonumber("1.5"))",
    R"(tonumber("-3"))",
    R"(tonumber(4))",
    R"(tobool("true"))",
    R"(tobool(false))",
    R"(coalesce(local.none, local.empty, "z"))",
    R"(coalesce("a", "b"))",
    R"(coalesce(local.none, 0, 1))",
    R"(try(local.env, "b"))",
    R"(try(local.none, "b"))",
    R"(contains(local.list, "c"))",
    R"(contains(local.list, "x"))",
    R"(distinct(local.list))",
    R"(flatten([["a"], [["b"], "c"], []]))",
    R"(compact(["a", "", "b", null]))",
    R"(sort(local.list))",
    R"(reverse(["a", "b"]))",
    R"(slice(local.list, 1, 3))",
    R"(range(4))",
    R"(range(1, 4))",
    R"(range(1, 8, 3))",
    R"(range(5, 1, -2))",
    R"(range(3, 1))",
    R"(zipmap(["a", "b"], [1, 2]))",
    R"(startswith("abc", "ab"))",
    R"(endswith("abc", "ab"))",
    R"(strcontains("abc", "bc"))",
    R"(nonsensitive("a"))",
    R"(one([]))",
    R"(one(["a"]))",
    R"(setproduct(["a", "b"], ["x", "y"]))",
    R"(index(["a", "b"], "b"))",
    R"(min(3, 1, 2))",
    R"(max([3, 1, 2]...))",
    R"(can(local.env))",
};

/// JSON with the keys sorted, as Terraform writes it.
std::string to_json(const Value& value) {
  const auto quote = [](std::string_view text) {
    std::string result = "\"";
    for (const char byte : text) result += byte == '\n' ? "\\n" : byte == '"' ? "\\\"" : std::string(1, byte);
    return result + "\"";
  };
  if (std::holds_alternative<Value::Null>(value.data)) return "null";
  if (std::holds_alternative<Value::Text>(value.data) && value.as_known_string())
    return quote(*value.as_known_string());
  std::string result;
  if (const auto* list = std::get_if<Value::List>(&value.data)) {
    for (const Value& item : *list) result += (result.empty() ? "" : ",") + to_json(item);
    return "[" + result + "]";
  }
  if (const auto* map = std::get_if<Value::Map>(&value.data)) {
    for (const auto& [key, item] : *map) result += (result.empty() ? "" : ",") + quote(key) + ":" + to_json(item);
    return "{" + result + "}";
  }
  return value.as_known_string().value_or("?");
}

std::string to_json(const JsonValue& value) {
  std::string result;
  switch (value.kind) {
    case JsonValue::Kind::null: return "null";
    case JsonValue::Kind::string: return to_json(Value::text(std::string(value.text)));
    case JsonValue::Kind::array:
      for (const JsonValue& item : value.items) result += (result.empty() ? "" : ",") + to_json(item);
      return "[" + result + "]";
    case JsonValue::Kind::object:
      for (const JsonMember& member : value.members) {
        result +=
            (result.empty() ? "" : ",") + to_json(Value::text(std::string(member.name))) + ":" + to_json(member.value);
      }
      return "{" + result + "}";
    default: return std::string(value.text);
  }
}

bool has_terraform() {
  process::Command command;
  command.argv = {"sh", "-c", "command -v terraform"};
  return process::run_captured(command, std::chrono::seconds(10)).status.succeeded();
}

/// `terraform console` answers the last line it reads: all expressions go there as one list.
std::string ask_terraform(const std::string& line) {
  const fs::path directory = fs::temp_directory_path() / ("statelane-fold-" + std::to_string(std::random_device{}()));
  fs::create_directory(directory);
  std::ofstream(directory / "main.tf") << locals;
  std::ofstream(directory / "question") << line << '\n';
  process::Command command;
  command.argv = {"sh", "-c", "terraform console < question"};
  command.directory = directory;
  command.environment["TF_CLI_CONFIG_FILE"] = std::nullopt;
  const process::Captured captured = process::run_captured(command, std::chrono::minutes(1));
  fs::remove_all(directory);
  INFO(captured.err);
  REQUIRE(captured.status.succeeded());
  return captured.out;
}

}  // namespace

TEST_CASE("folding agrees with terraform console") {
  if (!has_terraform()) {
    MESSAGE("skipped: terraform is not on PATH");
    CHECK(std::getenv("CI") == nullptr);
    return;
  }
  Diagnostics diagnostics;
  const File file = parse(std::string(locals), RepoPath::of("main.tf"), diagnostics);
  Scope scope;
  scope.lookup = [&](std::string_view root, std::string_view name, const SourceRange& range) {
    const Attribute* attribute = root == "local" ? file.body().blocks[0].body->find(name) : nullptr;
    return attribute != nullptr ? fold(*attribute->value, scope) : Value::unknown("no such name", range);
  };
  std::vector<std::string_view> asked;
  std::string question = "jsonencode([";
  for (const std::string_view expression : expressions) {
    question += fmt::format("{}{}", asked.empty() ? "" : ", ", expression);
    asked.push_back(expression);
  }
  const File answer = parse_expression(ask_terraform(question + "])"), RepoPath::of("answer"), diagnostics);
  REQUIRE(answer.expression()->kind == ExpressionKind::string);
  Arena arena;
  const JsonValue expected = read_json(answer.expression()->text, RepoPath::of("answer"), arena, diagnostics);
  REQUIRE(expected.items.size() == asked.size());
  for (std::size_t index = 0; index < asked.size(); ++index) {
    CAPTURE(asked[index]);
    const File expression = parse_expression(std::string(asked[index]), RepoPath::of("x"), diagnostics);
    CHECK(to_json(fold(*expression.expression(), scope)) == to_json(expected.items[index]));
  }
}
