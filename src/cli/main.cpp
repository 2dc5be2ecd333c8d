#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/options.hpp"

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

int run(std::span<const char* const> arguments) {
  const ParsedArguments parsed = parse_arguments(arguments);
  if (!parsed.options) {
    write_output(parsed.text);
    return parsed.exit_code;
  }
  const Options& options = *parsed.options;
  if (options.directory != ".") enter_directory(options.directory);
  switch (options.command) {
    case Command::list: return run_list(options);
    case Command::affected: return run_affected(options);
    case Command::why: return run_why(options);
    case Command::inputs: return run_inputs(options);
    case Command::graph: return run_graph(options);
    case Command::generate: return run_generate(options);
    case Command::run_plan:
    case Command::run_apply:
    case Command::run_destroy:
    case Command::run_drift: return run_lane(options);
  }
  return 70;
}

}  // namespace

}  // namespace statelane::cli

int main(int argument_count, char** arguments) {
  using namespace statelane;
  try {
    return cli::run({const_cast<const char* const*>(arguments), static_cast<std::size_t>(argument_count)});
  } catch (const Error& error) {
    fmt::print(stderr, "statelane: error: {}\n", error.what());
    for (const std::string& hint : error.hints()) fmt::print(stderr, "hint: {}\n", hint);
    return cli::exit_code_of(error.kind());
  } catch (const std::exception& error) {
    fmt::print(stderr, "statelane: internal error: {}\nhint: this is a fault of statelane; please report it\n",
               error.what());
    return 70;
  }
}
