#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/repo_path.hpp"
#include "repo/memory_tree.hpp"

namespace statelane::test {

/// One case of a literate scenario file. In Markdown:
///   `# …` or `## …`              the name of the case
///   ```LANGUAGE PATH              a file in base and head (any language word)
///   ```change PATH                the file's content in head
///   ```delete PATH                it is not in head
///   ```link PATH                  a symbolic link; the block's text is the target
///   ```change-link PATH           the same in head
///   ```submodule PATH             a submodule; the block's text is its commit. Also change-submodule
///   ```crlf PATH                  a file with line ends of Windows
///   ```states, edges, affected, inputs ID, files ID, backend ID, unknown ID, readers PATH, unclaimed, left-out,
///      unmatched, cycles, diagnostics    the expected answer
struct Scenario {
  struct Expectation {
    std::string question;  ///< the block's info string
    std::string answer;    ///< the block's text, one line an item
    std::size_t line = 0;  ///< of the block's first line of text, from 1
    std::size_t lines = 0;
  };
  std::string name;
  std::filesystem::path file;
  std::map<RepoPath, repo::MemoryTree::File> base;
  std::map<RepoPath, repo::MemoryTree::File> head;
  std::vector<Expectation> expectations;
};

/// All cases of a file; throws `std::runtime_error` with the place when a block cannot be read.
std::vector<Scenario> read_scenarios(const std::filesystem::path& file);

/// Replaces the text of an expectation in its file. Several in one file: from the last to the first.
void rewrite_expectation(const Scenario& scenario, const Scenario::Expectation& expectation, const std::string& answer);

}  // namespace statelane::test
