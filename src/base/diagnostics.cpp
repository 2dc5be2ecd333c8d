#include "base/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/escape.hpp"

namespace statelane {

namespace {

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::note: return "note";
  }
  return "error";
}

/// The line and a caret below it. Tabs become one blank so that the caret stands where it should.
std::string render_caret(const SourceRange& range, std::string_view line) {
  constexpr std::size_t widest = 160;
  std::string shown(line.substr(0, widest));
  std::replace(shown.begin(), shown.end(), '\t', ' ');
  const std::size_t begin = std::min<std::size_t>(range.begin.column - 1, shown.size());
  const bool one_line = range.end.line == range.begin.line && range.end.column > range.begin.column;
  const std::size_t end = one_line ? std::min<std::size_t>(range.end.column - 1, shown.size()) : shown.size();
  const auto is_continuation = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; };
  const auto columns = [&](std::size_t from, std::size_t to) {
    return static_cast<std::size_t>(std::count_if(shown.begin() + static_cast<std::ptrdiff_t>(from),
                                                  shown.begin() + static_cast<std::ptrdiff_t>(to),
                                                  [&](char byte) { return !is_continuation(byte); }));
  };
  const std::size_t width = std::max<std::size_t>(1, end > begin ? columns(begin, end) : 1);
  return fmt::format("{:>5} | {}\n      | {}{}\n", range.begin.line, shown, std::string(columns(0, begin), ' '),
                     std::string(width, '^'));
}

}  // namespace

void Diagnostics::error(RepoPath path, std::optional<SourceRange> range, std::string message,
                        std::vector<std::string> hints) {
  add({Severity::error, std::move(path), range, std::move(message), std::move(hints), {}});
}

void Diagnostics::warning(RepoPath path, std::optional<SourceRange> range, std::string message,
                          std::vector<std::string> hints) {
  add({Severity::warning, std::move(path), range, std::move(message), std::move(hints), {}});
}

void Diagnostics::merge(const Diagnostics& other) {
  entries_.insert(entries_.end(), other.entries_.begin(), other.entries_.end());
}

bool Diagnostics::has_errors() const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const Diagnostic& entry) { return entry.severity == Severity::error; });
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> result = entries_;
  const auto key = [](const Diagnostic& entry) {
    return std::tie(entry.path, entry.range, entry.severity, entry.message);
  };
  std::stable_sort(result.begin(), result.end(),
                   [&](const Diagnostic& left, const Diagnostic& right) { return key(left) < key(right); });
  result.erase(std::unique(result.begin(), result.end(),
                           [&](const Diagnostic& left, const Diagnostic& right) { return key(left) == key(right); }),
               result.end());
  return result;
}

std::string_view line_text(std::string_view source, std::uint32_t line) {
  for (std::uint32_t current = 1; current < line; ++current) {
    const std::size_t end = source.find('\n');
    if (end == std::string_view::npos) return {};
    source.remove_prefix(end + 1);
  }
  source = source.substr(0, source.find('\n'));
  if (source.ends_with('\r')) source.remove_suffix(1);
  return source;
}

std::string render_diagnostic(const Diagnostic& diagnostic) {
  std::string result;
  if (!diagnostic.path.is_root()) {
    result = escape_for_terminal(diagnostic.path.str());
    if (diagnostic.range) result += fmt::format(":{}:{}", diagnostic.range->begin.line, diagnostic.range->begin.column);
    result += ": ";
  }
  result += fmt::format("{}: {}\n", severity_name(diagnostic.severity), escape_lines(diagnostic.message));
  if (diagnostic.range && !diagnostic.source_line.empty())
    result += render_caret(*diagnostic.range, diagnostic.source_line);
  for (const std::string& hint : diagnostic.hints) result += fmt::format("hint: {}\n", escape_lines(hint));
  return result;
}

}  // namespace statelane
