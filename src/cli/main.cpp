#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>

#include "base/error.hpp"
#include "cli/console.hpp"
#include "cli/failure.hpp"
#include "cli/parse_arguments.hpp"
#include "cli/terminal.hpp"
#include "runner/unit_tool.hpp"

namespace statelane::cli {

namespace {

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
    if (const auto code = runner::stand_in_for_tool(argument_count, arguments)) return *code;
    return cli::run({const_cast<const char* const*>(arguments), static_cast<std::size_t>(argument_count)});
  } catch (const std::exception& fault) {
    const cli::Failure failure = cli::describe_failure(fault);
    std::fputs(cli::fold_hints(failure.text).c_str(), stderr);  // unlike fmt's it does not throw when nobody reads
    return failure.exit_code;
  }
}
