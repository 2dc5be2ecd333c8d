#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "base/repo_path.hpp"
#include "base/source.hpp"

namespace statelane {

enum class Severity { error, warning, note };

/// One thing wrong in the user's files.
/// `message`: lower case, no full stop; it quotes what the user typed and gives the reason. `hints`: remedies, one idea
/// each.
struct Diagnostic {
  Severity severity = Severity::error;
  RepoPath path;                     ///< the file that the fix goes in
  std::optional<SourceRange> range;  ///< absent when the whole file (or the repository) is meant
  std::string message;
  std::vector<std::string> hints;
  std::string source_line;  ///< the text of the line at `range.begin`, for the caret; empty when unknown

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

/// The append-only sink for diagnostics, passed last.
class Diagnostics {
 public:
  void add(Diagnostic diagnostic) { entries_.push_back(std::move(diagnostic)); }
  void error(RepoPath path, std::optional<SourceRange> range, std::string message, std::vector<std::string> hints = {});
  void warning(RepoPath path, std::optional<SourceRange> range, std::string message,
               std::vector<std::string> hints = {});

  /// Appends all of `other`.
  void merge(const Diagnostics& other);

  bool has_errors() const;
  bool empty() const { return entries_.empty(); }

  /// Sorted by path, place, severity and message, without duplicates.
  std::vector<Diagnostic> sorted() const;

 private:
  std::vector<Diagnostic> entries_;
};

/// The text of line `line` (from 1) of `source`, without its line end; empty past the end.
std::string_view line_text(std::string_view source, std::uint32_t line);

/// Compiler style: `path:line:column: error: message`, the line, a caret, `hint: …` lines. Ends with a newline.
std::string render_diagnostic(const Diagnostic& diagnostic);

}  // namespace statelane
