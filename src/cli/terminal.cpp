#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace statelane::cli {

namespace {

std::optional<std::size_t> read_columns() {
  const char* columns = std::getenv("COLUMNS");
  if (columns == nullptr) return std::nullopt;
  std::size_t width = 0;
  const auto [end, fault] = std::from_chars(columns, columns + std::strlen(columns), width);
  const bool is_width = fault == std::errc() && *end == '\0' && width > 0;
  return is_width ? std::optional(width) : std::nullopt;
}

std::optional<std::size_t> ask_terminal(int descriptor) {
  winsize size{};
  const bool is_told = isatty(descriptor) == 1 && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_told ? std::optional<std::size_t>(size.ws_col) : std::nullopt;
}

}  // namespace

std::optional<std::size_t> find_output_width() {
  const auto columns = read_columns();
  return columns ? columns : ask_terminal(STDOUT_FILENO);
}

std::optional<std::size_t> find_message_width() {
  const auto terminal = ask_terminal(STDERR_FILENO);
  const auto columns = read_columns();
  return terminal && columns ? columns : terminal;
}

bool is_output_terminal() { return isatty(STDOUT_FILENO) == 1; }

bool is_one_terminal() { return is_output_terminal() && isatty(STDERR_FILENO) == 1; }

}  // namespace statelane::cli
