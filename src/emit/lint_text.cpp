#include <fmt/format.h>

#include <algorithm>

#include "emit/lint.hpp"
#include "emit/words.hpp"

namespace statelane::emit {

namespace {

constexpr std::size_t most_named_jobs = 3;

/// ` (jobs "a", "b" and 3 more)`
std::string describe_jobs(const std::vector<std::string>& jobs) {
  if (jobs.empty()) return "";
  std::string text = jobs.size() == 1 ? " (job " : " (jobs ";
  const std::size_t named = std::min(jobs.size(), most_named_jobs);
  for (std::size_t index = 0; index < named; ++index) {
    const bool is_last = index + 1 == named && named == jobs.size() && index > 0;
    text += fmt::format("{}\"{}\"", index == 0 ? "" : is_last ? " and " : ", ", jobs[index]);
  }
  if (jobs.size() > named) text += fmt::format(" and {} more", jobs.size() - named);
  return text + ")";
}

bool holds_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return (byte < 0x20 && letter != '\t') || byte == 0x7F;
  });
}

std::string paint(std::string_view text, std::string_view code, bool color) {
  return color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

/// The first line bold, its severity coloured.
std::string paint_finding(const std::string& text, Severity severity, bool color) {
  if (!color) return text;
  const std::size_t end = text.find('\n');
  const std::string_view word = severity == Severity::error ? "error:" : "warning:";
  std::string first = text.substr(0, end);
  const std::size_t at = first.find(word);
  if (at == std::string::npos) return text;
  first = paint(first.substr(0, at), "1", true) + paint(word, severity == Severity::error ? "1;31" : "1;33", true) +
          paint(first.substr(at + word.size()), "1", true);
  return first + text.substr(end);
}

std::string render_finding(const lint::Finding& finding, bool color) {
  Diagnostic diagnostic = finding.diagnostic;
  diagnostic.message = fmt::format("{}{} [{}]", escape_for_terminal(diagnostic.message),
                                   escape_for_terminal(describe_jobs(finding.jobs)), lint::describe(finding.rule).id);
  if (holds_control(diagnostic.source_line)) diagnostic.source_line.clear();
  for (std::string& hint : diagnostic.hints) {
    std::string safe;
    for (const char letter : hint) safe += letter == '\n' ? "\n" : escape_for_terminal(std::string_view(&letter, 1));
    if (holds_control(hint.substr(0, hint.find('\n')))) hint = safe;
  }
  return paint_finding(render_diagnostic(diagnostic), diagnostic.severity, color);
}

std::string count_of(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string summarise(const lint::LintResult& result) {
  const auto is_error = [](const lint::Finding& finding) { return finding.diagnostic.severity == Severity::error; };
  const auto errors = static_cast<std::size_t>(std::count_if(result.findings.begin(), result.findings.end(), is_error));
  const std::string looked =
      fmt::format("{}, {} and {} that they plan or apply", count_of(result.files.size(), "file", "files"),
                  count_of(result.jobs, "job", "jobs"), count_of(result.states.size(), "state", "states"));
  if (result.findings.empty()) return fmt::format("nothing found in {}\n", looked);
  return fmt::format("{} and {} in {}\n", count_of(errors, "error", "errors"),
                     count_of(result.findings.size() - errors, "warning", "warnings"), looked);
}

}  // namespace

std::string render_lint_text(const lint::LintResult& result, bool color) {
  std::string text;
  for (const lint::Finding& finding : result.findings) text += render_finding(finding, color) + "\n";
  for (const lint::NotLookedAt& skipped : result.not_looked_at) {
    text += fmt::format("{}:{}: not looked at: {}\n", escape_for_terminal(skipped.file.display()), skipped.line,
                        escape_for_terminal(skipped.what));
  }
  return text + summarise(result);
}

}  // namespace statelane::emit
