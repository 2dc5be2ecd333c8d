#include "cli/console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "base/error.hpp"
#include "cli/terminal.hpp"

namespace statelane::cli {

namespace {

/// All of `text` to a descriptor; false with `errno` set.
bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

emit::View output_view(const Options& options) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool takes_color = isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
  return {options.color == Color::automatic ? takes_color : options.color == Color::always, find_output_width()};
}

void write_next_commands(std::string_view text) {
  if (isatty(STDERR_FILENO) == 1) fmt::print(stderr, "next: {}\n", text);
}

void write_output(std::string_view text) {
  if (write_all(STDOUT_FILENO, text) || errno == EPIPE) return;
  throw Error(ErrorKind::environment, fmt::format("cannot write to standard output: {}", std::strerror(errno)));
}

bool write_diagnostics(const Diagnostics& diagnostics, const repo::Tree* tree, bool as_errors) {
  bool has_errors = false;
  std::map<RepoPath, std::string> sources;
  for (Diagnostic diagnostic : diagnostics.sorted()) {
    if (as_errors && diagnostic.severity == Severity::warning) diagnostic.severity = Severity::error;
    has_errors = has_errors || diagnostic.severity == Severity::error;
    const bool lacks_line = diagnostic.range && diagnostic.source_line.empty() && tree != nullptr;
    const auto entry = lacks_line ? tree->find(diagnostic.path) : std::nullopt;
    if (entry && (entry->kind == repo::EntryKind::file || entry->kind == repo::EntryKind::executable)) {
      const auto [source, is_new] = sources.try_emplace(diagnostic.path);
      if (is_new) source->second = tree->read(diagnostic.path);
      diagnostic.source_line = line_text(source->second, diagnostic.range->begin.line);
    }
    write_all(STDERR_FILENO, render_diagnostic(diagnostic));
  }
  return has_errors;
}

}  // namespace statelane::cli
