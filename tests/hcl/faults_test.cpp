// What the readers of HCL and JSON say of broken files, each message whole.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>

#include "hcl/fold.hpp"
#include "hcl/parse.hpp"
#include "hcl/parse_json.hpp"
#include "support/golden_cases.hpp"
#include "support/source_directory.hpp"

using namespace statelane;
using namespace statelane::hcl;

namespace {

std::string render(const Diagnostics& diagnostics) {
  std::string result;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) result += render_diagnostic(diagnostic);
  return result;
}

Value look_up(std::string_view root, std::string_view name, const SourceRange& range) {
  return Value::unknown(fmt::format("{}.{} is not known", root, name), range);
}

/// Why a value, or the first part of it that is not known, is not; empty when all of it is known.
std::string reason_of(const Value& value) {
  const auto first_of = [](const auto& values) {
    for (const Value& part : values) {
      if (std::string reason = reason_of(part); !reason.empty()) return reason;
    }
    return std::string();
  };
  if (value.is_error()) return "an error";
  if (const auto* unknown = value.as_unknown()) return unknown->reason;
  if (const auto* text = value.as_text()) return text->why.reason;
  if (const auto* list = value.as_open_list()) return first_of(*list);
  if (const auto* one_of = value.as_one_of()) return first_of(one_of->values);
  return "";
}

/// Why each line, an expression, is not known.
std::string reasons_of(const std::string& lines) {
  std::string result;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    Diagnostics diagnostics;
    const File file = parse_expression(lines.substr(begin, end - begin), RepoPath::of("main.tf"), diagnostics);
    const std::string reason = reason_of(fold(*file.expression(), Scope{look_up}));
    result += (reason.empty() ? "known" : reason) + "\n";
    begin = end + 1;
  }
  return result;
}

std::string read_faults(const support::GoldenCase& one) {
  Diagnostics diagnostics;
  if (one.reader == "hcl") parse(one.input, RepoPath::of("main.tf"), diagnostics);
  // A file whose last line has no end.
  if (one.reader == "cut-off") parse(one.input.substr(0, one.input.size() - 1), RepoPath::of("main.tf"), diagnostics);
  if (one.reader == "expression") parse_expression(one.input, RepoPath::of("main.tf"), diagnostics);
  if (one.reader == "template") parse_template(one.input, RepoPath::of("policy.tftpl"), diagnostics);
  if (one.reader == "fold") return reasons_of(one.input);
  if (one.reader == "json") {
    static constexpr std::array<BlockSchema, 1> schema = {BlockSchema{"resource", 2}};
    parse_json(one.input, RepoPath::of("main.tf.json"), schema, diagnostics);
  }
  return render(diagnostics);
}

}  // namespace

TEST_CASE("what is wrong in a file is said in one sentence, with its place and what to do") {
  support::check_golden_cases(support::source_directory() / "tests/hcl/goldens/faults.md", read_faults);
}

TEST_CASE("bytes that are no UTF-8 are shown with the remedy, in strings and elsewhere") {
  const auto faults_of = [](std::string source) {
    Diagnostics diagnostics;
    parse(std::move(source), RepoPath::of("main.tf"), diagnostics);
    return render(diagnostics);
  };
  CHECK(faults_of("a = \xfc\n") ==
        "main.tf:1:5: error: expected an expression, found `\\xfc`\n"
        "    1 | a = \xfc\n"
        "      |     ^\n"
        "hint: save the file as UTF-8\n");
  CHECK(faults_of("a = \"\xfc\"\n") ==
        "main.tf:1:6: error: this is no UTF-8\n"
        "    1 | a = \"\xfc\"\n"
        "      |      ^\n"
        "hint: save the file as UTF-8\n");
}
