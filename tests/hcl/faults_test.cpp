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

/// Why each line, an expression, is not known.
std::string reasons_of(const std::string& lines) {
  std::string result;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    Diagnostics diagnostics;
    const File file = parse_expression(lines.substr(begin, end - begin), RepoPath::of("main.tf"), diagnostics);
    const Value value = fold(*file.expression(), Scope{look_up});
    const auto* unknown = std::get_if<Value::Unknown>(&value.data);
    result += (unknown == nullptr ? "known" : unknown->reason) + "\n";
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
