// `terraform console` is the oracle for single expressions: one in each line of `goldens/console.txt`.
#include <doctest/doctest.h>

#include "hcl/fold.hpp"
#include "hcl/terraform_console.hpp"
#include "support/scratch_directory.hpp"
#include "support/source_directory.hpp"

using namespace statelane;
using namespace statelane::hcl;

namespace {

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

std::vector<std::string> read_expressions() {
  const std::string text = support::read_file(support::source_directory() / "tests/hcl/goldens/console.txt");
  std::vector<std::string> result;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    result.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return result;
}

}  // namespace

TEST_CASE("folding agrees with terraform console") {
  if (is_without_terraform()) return;
  Diagnostics diagnostics;
  const File file = parse(std::string(locals), RepoPath::of("main.tf"), diagnostics);
  Scope scope;
  scope.lookup = [&](std::string_view root, std::string_view name, const SourceRange& range) {
    const Attribute* attribute = root == "local" ? file.body().blocks[0].body->find(name) : nullptr;
    return attribute != nullptr ? fold(*attribute->value, scope) : Value::unknown("no such name", range);
  };
  const std::vector<std::string> asked = read_expressions();
  const auto answers = ask_terraform(locals, asked);
  std::size_t known = 0;
  for (std::size_t index = 0; index < asked.size(); ++index) {
    CAPTURE(asked[index]);
    const File expression = parse_expression(asked[index], RepoPath::of("x"), diagnostics);
    const Value value = fold(*expression.expression(), scope);
    if (value.is_error()) CHECK_FALSE(answers[index].has_value());
    if (!answers[index]) continue;
    CHECK_FALSE(value.is_error());
    if (!value.is_definite()) continue;
    ++known;
    CHECK(to_json(value) == to_json(*answers[index]));
  }
  MESSAGE(known << " of " << asked.size() << " expressions are folded wholly");
  CHECK(known > asked.size() / 2);
}
