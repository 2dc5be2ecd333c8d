#include "lint/tree_files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/glob.hpp"
#include "gitlab/changes_pattern.hpp"

namespace statelane::lint {

namespace {

void add_files(const repo::Tree& tree, const RepoPath& directory, std::vector<RepoPath>& files) {
  for (const repo::TreeEntry& entry : tree.list(directory)) {
    if (entry.kind == repo::EntryKind::directory) {
      add_files(tree, directory.child(entry.name), files);
    } else {
      files.push_back(directory.child(entry.name));
    }
  }
}

/// The text before the first character that means something.
std::string_view literal_beginning(std::string_view pattern) {
  return pattern.substr(0, std::min(pattern.find_first_of("*?[]{}\\"), pattern.size()));
}

std::span<const RepoPath> files_below(std::span<const RepoPath> files, std::string_view beginning) {
  const auto less = [](const RepoPath& path, std::string_view text) {
    return std::string_view(path.str()).substr(0, text.size()) < text;
  };
  const auto greater = [](std::string_view text, const RepoPath& path) {
    return text < std::string_view(path.str()).substr(0, text.size());
  };
  const auto first = std::lower_bound(files.begin(), files.end(), beginning, less);
  const auto last = std::upper_bound(first, files.end(), beginning, greater);
  return {first, last};
}

/// An opening brace or bracket that nothing closes.
bool is_open(std::string_view pattern) {
  int braces = 0;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '\\') {
      ++at;
    } else if (pattern[at] == '{') {
      ++braces;
    } else if (pattern[at] == '}' && braces > 0) {
      --braces;
    } else if (pattern[at] == '[') {
      const std::size_t end = pattern.find(']', at + 2);
      if (end == std::string_view::npos) return true;
      at = end;
    }
  }
  return braces > 0;
}

/// The path with `.` and empty components taken out.
std::string tidy(std::string_view pattern) {
  std::string result;
  while (!pattern.empty()) {
    const std::size_t slash = std::min(pattern.find('/'), pattern.size());
    const std::string_view part = pattern.substr(0, slash);
    pattern.remove_prefix(std::min(slash + 1, pattern.size()));
    if (!part.empty() && part != ".") result += (result.empty() ? "" : "/") + std::string(part);
  }
  return result;
}

std::string instead(std::string_view pattern) { return fmt::format("write \"{}\"", pattern); }

}  // namespace

std::vector<RepoPath> find_tree_files(const repo::Tree& tree) {
  std::vector<RepoPath> files;
  add_files(tree, RepoPath(), files);
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<RepoPath> find_matching_files(std::span<const RepoPath> files, std::string_view pattern) {
  std::vector<RepoPath> matched;
  for (const RepoPath& path : files_below(files, literal_beginning(pattern))) {
    if (gitlab::matches_pattern(pattern, path.str())) matched.push_back(path);
  }
  return matched;
}

std::optional<PatternFault> find_pattern_fault(std::string_view pattern, std::span<const RepoPath> files) {
  if (pattern.empty()) return PatternFault{"an empty pattern matches nothing", "take it out of the list"};
  if (pattern.find("$CI_PROJECT_DIR") != std::string_view::npos ||
      pattern.find("${CI_PROJECT_DIR}") != std::string_view::npos) {
    return PatternFault{"CI_PROJECT_DIR is known to the runner only, so that this never matches",
                        "write the path from the repository's root"};
  }
  if (pattern.ends_with('/')) {
    return PatternFault{"a pattern with a slash at its end never matches: changed paths are files",
                        instead(tidy(pattern) + "/**/*")};
  }
  if (pattern.starts_with('/') || pattern.starts_with("./") || pattern.find("//") != std::string_view::npos ||
      pattern.find("/./") != std::string_view::npos) {
    return PatternFault{"this never matches: paths are compared from the repository's root, as git writes them",
                        instead(tidy(pattern))};
  }
  if (pattern.starts_with("../") || pattern.find("/../") != std::string_view::npos) {
    return PatternFault{"this never matches: a changed path holds no \"..\"",
                        "write the path from the repository's root"};
  }
  if (is_open(pattern)) {
    return PatternFault{"a brace or bracket that nothing closes: this never matches", "close it, or escape it with \\"};
  }
  if (has_too_many_alternatives(pattern)) {
    return PatternFault{fmt::format("its braces stand for more than {} patterns, which GitLab would try on each path",
                                    most_alternatives),
                        "write a pattern that covers them"};
  }
  const bool is_literal = literal_beginning(pattern).size() == pattern.size();
  if (is_literal && !std::binary_search(files.begin(), files.end(), RepoPath::parse(pattern).value_or(RepoPath())) &&
      !files_below(files, std::string(pattern) + "/").empty()) {
    return PatternFault{"this is a directory, which no changed path equals", instead(std::string(pattern) + "/**/*")};
  }
  if (pattern.ends_with("/**") && literal_beginning(pattern).size() + 2 == pattern.size()) {
    const auto below = files_below(files, literal_beginning(pattern));
    const auto is_deep = [&](const RepoPath& path) { return !gitlab::matches_pattern(pattern, path.str()); };
    const auto deep = std::find_if(below.begin(), below.end(), is_deep);
    if (deep != below.end()) {
      return PatternFault{fmt::format("a \"**\" at the end is one level deep: {} is not matched", deep->str()),
                          instead(std::string(pattern) + "/*")};
    }
  }
  return std::nullopt;
}

}  // namespace statelane::lint
