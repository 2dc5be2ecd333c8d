#include "cli/console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "base/error.hpp"
#include "cli/terminal.hpp"
#include "emit/fold.hpp"
#include "gitlab/expansion.hpp"

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

std::string fold_hints(std::string_view message) {
  const std::size_t hints = std::min(message.size(), message.find("\nhint: "));
  return std::string(message.substr(0, hints)) +
         emit::fold(message.substr(hints), {.color = false, .width = find_message_width()});
}

void write_hint(std::string_view text) {
  write_all(STDERR_FILENO, fold_hints(fmt::format("\nhint: {}\n", text)).substr(1));
}

void write_next_commands(std::initializer_list<std::string> commands) {
  if (isatty(STDERR_FILENO) != 1) return;
  const char* lead = "next:";
  for (const std::string& command : commands) {
    fmt::print(stderr, "{} {}\n", lead, command);
    lead = "     ";
  }
}

std::string as_typed(std::string_view word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./@%+:,=-";
  const bool is_plain = !word.empty() && word.find_first_not_of(plain) == std::string_view::npos;
  return is_plain ? std::string(word) : gitlab::quote_for_shell(word);
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
    write_all(STDERR_FILENO, fold_hints(render_diagnostic(diagnostic)));
  }
  return has_errors;
}

}  // namespace statelane::cli
