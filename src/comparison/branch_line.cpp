#include "comparison/branch_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"

namespace statelane::comparison {

namespace {

constexpr std::size_t most_commits = 1000;

/// The digits behind the last `!` of `text` in front of which there is nothing but a project's path.
std::string take_reference(std::string_view text) {
  const std::size_t mark = text.find('!');
  if (mark == std::string_view::npos) return "";
  const std::string_view digits = text.substr(mark + 1);
  const std::size_t end = std::min(digits.find_first_not_of("0123456789"), digits.size());
  constexpr std::size_t longest = 12;
  return end == 0 || end > longest ? "" : "!" + std::string(digits.substr(0, end));
}

std::vector<std::string> find_touched(const repo::Repository& repository, const repo::CommitId& commit,
                                      const std::optional<repo::CommitId>& parent, const states::StateGraph& graph) {
  const auto after = repository.commit_tree(commit);
  const auto before = parent ? repository.commit_tree(*parent) : nullptr;
  std::set<std::string> ids;
  for (const repo::FileChange& change : repo::diff_trees(before.get(), after.get())) {
    for (const states::Claim& claim : graph.claims(change.path)) ids.insert(graph.states()[claim.state].id);
  }
  return {ids.begin(), ids.end()};
}

}  // namespace

std::optional<std::size_t> BranchLine::find(const repo::CommitId& commit) const {
  const auto found =
      std::find_if(commits.begin(), commits.end(), [&](const LineCommit& one) { return one.commit == commit; });
  if (found == commits.end()) return std::nullopt;
  return static_cast<std::size_t>(found - commits.begin());
}

BranchLine read_branch_line(const repo::Repository& repository, const repo::CommitId& head,
                            const std::vector<repo::CommitId>& wanted, const states::StateGraph& graph) {
  BranchLine line;
  std::set<repo::CommitId> open(wanted.begin(), wanted.end());
  std::optional<repo::CommitId> next = head;
  while (next && !open.empty()) {
    if (line.commits.size() == most_commits) {
      line.is_cut = true;
      break;
    }
    const repo::CommitId commit = *next;
    open.erase(commit);
    const repo::Repository::Message message = repository.message(commit);
    line.commits.push_back({commit, message.author, message.subject, find_merge_request(message), {}});
    try {
      next = repository.first_parent(commit);
    } catch (const Error&) {
      line.is_cut = true;  // the clone is shallow
      break;
    }
    if (!open.empty()) line.commits.back().states = find_touched(repository, commit, next, graph);
  }
  return line;
}

std::string find_merge_request(const repo::Repository::Message& message) {
  constexpr std::string_view words = "See merge request ";
  if (const std::size_t at = message.body.rfind(words); at != std::string::npos) {
    const std::string_view rest = std::string_view(message.body).substr(at + words.size());
    return take_reference(rest.substr(0, rest.find('\n')));
  }
  // What people take as the title of squashed commits.
  const std::size_t mark = message.subject.rfind("(!");
  return mark == std::string::npos ? "" : take_reference(std::string_view(message.subject).substr(mark));
}

std::string name_of(const LineCommit& commit) {
  constexpr std::size_t digits = 8;
  return commit.merge_request.empty() ? commit.commit.substr(0, digits) : commit.merge_request;
}

std::string describe_merged(std::vector<std::string> names) {
  constexpr std::size_t most = 3;
  std::reverse(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.size() == 1) return names.front() + " was merged and not applied";
  std::string text;
  for (std::size_t index = 0; index < names.size() && index < most; ++index) {
    const bool is_last = index + 1 == names.size();
    text += (index == 0 ? "" : is_last ? " and " : ", ") + names[index];
  }
  if (names.size() > most) text += fmt::format(" and {} more", names.size() - most);
  return text + " were merged and not applied";
}

}  // namespace statelane::comparison
