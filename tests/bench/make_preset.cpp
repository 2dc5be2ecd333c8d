// Writes a generated repository to work on or to measure with.
// usage: make_preset PRESET DIRECTORY [COMMITS [SEED]]
// PRESET: small, typical, matrix, farm, large, or states=N. DIRECTORY is made as a git repository, nothing is checked
// out. COMMITS more commits follow the first (default 0). The ids of all commits are printed, oldest first.

#include <fmt/format.h>

#include <exception>

#include "support/import_preset.hpp"
#include "support/test_repo.hpp"

int main(int count, char** arguments) {
  using namespace statelane::support;
  if (count < 3 || count > 5) {
    fmt::print(stderr, "usage: make_preset PRESET DIRECTORY [COMMITS [SEED]]\n");
    return 2;
  }
  try {
    const std::filesystem::path directory = arguments[2];
    std::filesystem::create_directories(directory);
    run_git(directory, {"init", "--quiet", "--initial-branch=main"});
    PresetRepository repository(find_preset(arguments[1]), count > 4 ? std::stoull(arguments[4]) : 1);
    for (const std::string& commit : import_preset(directory, repository, count > 3 ? std::stoul(arguments[3]) : 0)) {
      fmt::print("{}\n", commit);
    }
  } catch (const std::exception& fault) {
    fmt::print(stderr, "make_preset: {}\n", fault.what());
    return 1;
  }
  return 0;
}
