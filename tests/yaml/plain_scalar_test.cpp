#include "yaml/plain_scalar.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <set>

#include "support/ruby.hpp"

namespace yaml = statelane::yaml;
using statelane::yaml::read_plain_scalar;

namespace {

/// The answer in the words of plain_scalars.rb.
std::string describe(const std::optional<yaml::Value>& value) {
  if (!value) return "refused";
  if (std::holds_alternative<std::nullptr_t>(value->data)) return "nil";
  if (const bool* truth = std::get_if<bool>(&value->data)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value->data)) return fmt::format("int {}", *number);
  if (const double* number = std::get_if<double>(&value->data)) {
    if (std::isnan(*number)) return "nan";
    std::uint64_t bits = 0;
    std::memcpy(&bits, number, sizeof bits);
    return fmt::format("float {:016x}", bits);
  }
  return "string " + *value->as_string();
}

/// Texts that look like numbers, dates, times and words, and what lies beside them.
std::set<std::string> make_texts() {
  std::set<std::string> texts = {"on",
                                 "Off",
                                 "yes",
                                 "y",
                                 "N",
                                 "TRUE",
                                 "~",
                                 "null",
                                 "Null",
                                 "1",
                                 "017",
                                 "0x1F",
                                 "0b101",
                                 "0o7",
                                 "1:30",
                                 "08:30",
                                 "1:30:00",
                                 "-.5",
                                 ".5",
                                 "1.",
                                 "1e3",
                                 "1.5e3",
                                 "1_000",
                                 "1,000",
                                 "1_0__0",
                                 "1.0",
                                 "1.10",
                                 "2024-01-01",
                                 "1-1-1",
                                 ":sym",
                                 ":",
                                 "-",
                                 "+",
                                 ".inf",
                                 "-.INF",
                                 ".nan",
                                 "a:b",
                                 "190:20:30",
                                 "1:60",
                                 "0",
                                 "+1",
                                 "-0",
                                 "1.2.3",
                                 "12e03",
                                 "9223372036854775807",
                                 "9223372036854775808",
                                 "2024-13-01",
                                 "2001-12-14t21:59:43.10-05:00",
                                 "0x",
                                 "0b",
                                 "09"};
  std::mt19937 random(20240101);
  const std::string alphabet = "0123456789012345__,,..::--++eExXbT Zinfas";
  const auto pick = [&](std::size_t size) { return static_cast<std::size_t>(random() % size); };
  while (texts.size() < 40'000) {
    std::string text;
    const std::size_t length = 1 + pick(9);
    for (std::size_t index = 0; index < length; ++index) text += alphabet[pick(alphabet.size())];
    if (text.front() != ' ' && text.back() != ' ') texts.insert(text);
  }
  return texts;
}

}  // namespace

TEST_CASE("plain scalars mean what they mean to Psych") {
  if (!statelane::support::has_ruby()) return;
  const std::set<std::string> texts = make_texts();
  std::string questions;
  for (const std::string& text : texts) questions += text + '\n';
  const statelane::support::ScratchDirectory directory;
  directory.write("questions", questions);
  const std::string script = (statelane::support::source_directory() / "tests/yaml/plain_scalars.rb").string();
  const std::string command = fmt::format("exec ruby '{}' < '{}'", script, (directory.path() / "questions").string());
  const auto answer = statelane::process::run_captured({{"sh", "-c", command}, {}, {}}, std::chrono::minutes(2));
  INFO(answer.err);
  REQUIRE(answer.status.succeeded());
  std::string_view rest = answer.out;
  std::size_t differences = 0;
  for (const std::string& text : texts) {
    const std::size_t end = rest.find('\n');
    REQUIRE(end != std::string_view::npos);
    const std::string_view wanted = rest.substr(0, end);
    const std::string found = describe(read_plain_scalar(text));
    if (found != wanted && ++differences <= 20) {
      MESSAGE(fmt::format("\"{}\" is {} to Psych, {} here", text, wanted, found));
    }
    rest.remove_prefix(end + 1);
  }
  CHECK(rest.empty());
  CHECK(differences == 0);
}

TEST_CASE("what no string and no number can carry is refused") {
  for (const char* text : {"2024-01-01", "2001-12-14 21:59:43", ":name", "9223372036854775808"}) {
    INFO(text);
    CHECK_FALSE(read_plain_scalar(text).has_value());
  }
}
