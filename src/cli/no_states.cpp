#include "cli/no_states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "cli/console.hpp"
#include "config/config.hpp"
#include "emit/words.hpp"

namespace statelane::cli {

namespace {

/// A directory that may well be meant as a state: the first that does not lie among modules, examples or tests.
const states::LeftOut* find_candidate(const std::vector<states::LeftOut>& left_out) {
  const auto is_likely = [](const states::LeftOut& entry) {
    const std::string path = "/" + entry.directory.str() + "/";
    return std::ranges::none_of(std::initializer_list<std::string_view>{"/modules/", "/examples/", "/tests/", "//"},
                                [&](std::string_view part) { return path.find(part) != std::string::npos; });
  };
  const auto found = std::ranges::find_if(left_out, is_likely);
  return found == left_out.end() ? nullptr : &*found;
}

}  // namespace

void write_no_states_hint(const states::LoadedStates& loaded) {
  if (!loaded.graph.states().empty()) return;
  if (loaded.left_out.empty()) return write_hint("there is no Terraform or OpenTofu configuration here");
  write_hint("no directory has a backend or cloud block, or a committed .terraform.lock.hcl");
  write_hint(fmt::format("name those that are states all the same under states.include in {}", config::file_name));
  if (const states::LeftOut* candidate = find_candidate(loaded.left_out)) {
    write_hint(
        fmt::format("for example: states: {{include: [\"{}\"]}}", escape_for_terminal(candidate->directory.str())));
  }
}

}  // namespace statelane::cli
