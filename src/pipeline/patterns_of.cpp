#include "pipeline/patterns_of.hpp"

#include <algorithm>
#include <set>

namespace statelane::pipeline {

namespace {

using gitlab::PatternKeyword;
using states::Input;
using states::InputKind;

/// The names of all pins, in one pattern; one list per directory from the state's up to the root.
constexpr std::string_view pin_names = "{.opentofu-version,.terraform-version,.tool-versions}";

bool is_tree(InputKind kind) {
  return kind == InputKind::own_directory || kind == InputKind::module_directory || kind == InputKind::data_directory;
}

/// A state in the root owns only the files directly in it.
bool owns_one_level(const Input& input) { return input.kind == InputKind::own_directory && input.path.is_root(); }

/// Directories whose whole content is watched; those below another one left out.
std::set<RepoPath> whole_directories(const std::vector<Input>& inputs) {
  std::set<RepoPath> all;
  for (const Input& input : inputs) {
    if (is_tree(input.kind) && !owns_one_level(input)) all.insert(input.path);
  }
  std::set<RepoPath> outermost;
  for (const RepoPath& path : all) {
    bool covered = false;
    for (RepoPath above = path; !above.is_root() && !covered;) {
      above = above.parent();
      covered = all.contains(above);
    }
    if (!covered) outermost.insert(path);
  }
  return outermost;
}

/// Everything in `directory` lies in one of `whole`.
bool lies_in(const std::set<RepoPath>& whole, RepoPath directory) {
  for (;; directory = directory.parent()) {
    if (whole.contains(directory)) return true;
    if (directory.is_root()) return false;
  }
}

void add_pins(const RepoPath& directory, const std::set<RepoPath>& whole, PatternKeyword keyword,
              std::set<std::string>& patterns) {
  for (RepoPath place = directory;; place = place.parent()) {
    const std::string prefix = place.is_root() ? "" : gitlab::escape_pattern(place.str(), keyword) + "/";
    if (!lies_in(whole, place)) patterns.insert(prefix + std::string(pin_names));
    if (place.is_root()) return;
  }
}

}  // namespace

std::vector<std::string> patterns_of(const states::State& state, PatternKeyword keyword) {
  const std::set<RepoPath> whole = whole_directories(state.inputs);
  std::set<std::string> patterns;
  for (const RepoPath& directory : whole) patterns.insert(gitlab::pattern_below(directory.str(), keyword));
  for (const Input& input : state.inputs) {
    if (owns_one_level(input)) {
      if (whole.empty() || !whole.begin()->is_root()) patterns.insert("*");
    } else if (input.kind == InputKind::version_pin) {
      add_pins(input.path, whole, keyword, patterns);
    } else if (!input.glob.empty()) {
      // The literal directory of a glob says where all its matches lie.
      if (!lies_in(whole, input.path)) patterns.insert(gitlab::pattern_for(input.glob, keyword));
    } else if (!is_tree(input.kind) && !lies_in(whole, input.path.parent())) {
      patterns.insert(gitlab::escape_pattern(input.path.str(), keyword));
    }
  }
  return {patterns.begin(), patterns.end()};
}

}  // namespace statelane::pipeline
