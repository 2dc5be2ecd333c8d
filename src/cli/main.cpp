#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>

#include "base/error.hpp"
#include "cli/console.hpp"
#include "cli/parse_arguments.hpp"
#include "cli/terminal.hpp"

namespace statelane::cli {

namespace {

int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::user_files: return 1;
    case ErrorKind::usage: return 2;
    case ErrorKind::environment: return 3;
    case ErrorKind::refused: return 125;
    case ErrorKind::cannot_execute: return 126;
    case ErrorKind::not_found: return 127;
  }
  return 70;
}

void enter_directory(const std::string& directory) {
  std::error_code fault;
  std::filesystem::current_path(directory, fault);
  if (fault) throw Error(ErrorKind::environment, fmt::format("cannot enter {}: {}", directory, fault.message()));
}

std::optional<std::string> read_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

constexpr std::size_t widest_help = 100;

int run(std::span<const char* const> arguments) {
  const std::size_t width = std::min(find_output_width().value_or(80), widest_help);
  const ParsedArguments parsed = parse_arguments(arguments, read_variable, width);
  if (parsed.command == nullptr) {
    write_output(parsed.text);
    return parsed.exit_code;
  }
  if (parsed.options.directory != ".") enter_directory(parsed.options.directory);
  return parsed.command->run(parsed.options);
}

}  // namespace

}  // namespace statelane::cli

int main(int argument_count, char** arguments) {
  using namespace statelane;
  try {
    return cli::run({const_cast<const char* const*>(arguments), static_cast<std::size_t>(argument_count)});
  } catch (const Error& error) {
    std::string text = fmt::format("statelane: error: {}\n", error.what());
    for (const std::string& hint : error.hints()) text += fmt::format("hint: {}\n", hint);
    std::fputs(text.c_str(), stderr);  // unlike fmt's it does not throw when nobody reads
    return cli::exit_code_of(error.kind());
  } catch (const std::exception& error) {
    std::fputs(fmt::format("statelane: internal error: {}\nhint: this is a fault of statelane; please report it\n",
                           error.what())
                   .c_str(),
               stderr);
    return 70;
  }
}
