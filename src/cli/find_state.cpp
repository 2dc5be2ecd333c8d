#include "cli/find_state.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

std::optional<RepoPath> try_repo_path(const repo::Repository& repository, const std::string& typed) {
  const auto top = repository.work_tree();
  if (!top) return RepoPath::parse(typed);
  // The directory's own links are followed, the last component's are not: a link is a path of its own.
  std::error_code fault;
  const fs::path absolute = fs::absolute(typed).lexically_normal();
  const fs::path parent = fs::weakly_canonical(absolute.parent_path(), fault);
  return RepoPath::parse(
      (parent / absolute.filename()).lexically_normal().lexically_relative(fs::weakly_canonical(*top, fault)).string());
}

/// The ids, the first few, that end as `typed` does: people say "vpc" where the state is "terraform/projects/vpc".
std::vector<std::string> find_by_last_name(const std::vector<std::string>& ids, std::string_view typed) {
  constexpr std::size_t most = 3;
  std::vector<std::string> found;
  for (const std::string& id : ids) {
    const std::string_view directory = std::string_view(id).substr(0, id.find('@'));
    const bool is_named = typed.find('@') == std::string_view::npos ? directory.ends_with(fmt::format("/{}", typed))
                                                                    : id.ends_with(fmt::format("/{}", typed));
    if (is_named && found.size() < most) found.push_back(fmt::format("\"{}\"", id));
  }
  return found;
}

}  // namespace

RepoPath to_repo_path(const repo::Repository& repository, const std::string& typed) {
  auto path = try_repo_path(repository, typed);
  if (!path) throw Error(ErrorKind::usage, fmt::format("\"{}\" is outside the repository", typed));
  return *std::move(path);
}

std::uint32_t find_state(const states::StateGraph& graph, const repo::Repository& repository,
                         const std::string& typed) {
  if (const auto index = graph.find(typed)) return *index;
  const auto path = try_repo_path(repository, typed);
  const auto found = path ? graph.states_in(*path) : std::vector<std::uint32_t>{};
  if (found.size() == 1) return found.front();
  std::vector<std::string> ids;
  for (const std::uint32_t index : found) ids.push_back(graph.states()[index].id);
  if (!ids.empty()) {
    throw Error(ErrorKind::usage, fmt::format("\"{}\" has several states", typed),
                {fmt::format("name one: {}", fmt::join(ids, ", "))});
  }
  for (const states::State& state : graph.states()) ids.push_back(state.id);
  std::vector<std::string> hints;
  if (const auto named = find_by_last_name(ids, typed); !named.empty()) {
    hints.push_back(fmt::format("did you mean {}?", fmt::join(named, " or ")));
  } else if (const auto suggestion = find_suggestion(typed, ids)) {
    hints.push_back(fmt::format("did you mean \"{}\"?", *suggestion));
  }
  hints.emplace_back("statelane list shows every state");
  throw Error(ErrorKind::usage, fmt::format("unknown state \"{}\"", typed), std::move(hints));
}

}  // namespace statelane::cli
