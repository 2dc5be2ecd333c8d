#include "cli/read_trees.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "base/error.hpp"
#include "base/files.hpp"

#include "cli/open_facts.hpp"
#include "cli/progress.hpp"
#include "cli/read_ledger.hpp"
#include "cli/remembered_ids.hpp"
#include "config/limits.hpp"
#include "repo/read_file.hpp"

extern char** environ;

namespace statelane::cli {

namespace {

comparison::ComparisonRequest to_request(const repo::Repository& repository, const Options& options,
                                         const comparison::TrustedConfig* trusted) {
  comparison::ComparisonRequest request;
  request.ends = {options.range,           options.base,         options.head, options.since, options.staged,
                  options.on_missing_base, options.fetch_timeout};
  request.all = options.all;
  request.state_globs = options.state_globs;
  request.dependents = options.dependents;
  request.drop_untouched = options.drop_untouched;
  request.ignore_format = options.ignore_format;
  request.compare = options.compare;
  request.is_pending_wanted = options.pending;
  request.read_ledger = [&repository, &options](const std::vector<applied::Wanted>& wanted, const std::string& branch) {
    return read_ledger(repository, wanted, branch, options);
  };
  request.trusted = trusted;
  return request;
}

/// The text of the file of `--config`.
std::string read_configuration(const std::string& file) {
  try {
    const files::Place place = files::place_of(file, std::filesystem::current_path());
    if (auto text = files::read(place, config::most_bytes)) return *std::move(text);
  } catch (const Error& error) {
    throw Error(ErrorKind::usage, fmt::format("--config {}: {}", file, error.what()));
  }
  throw Error(ErrorKind::usage, fmt::format("--config {}: there is no such file", file));
}

bool is_ci() { return !gitlab::value_of(read_predefined_variables(), "CI").empty(); }

/// On a laptop, where a commit's own configuration is read and the work tree has another one: people edit that one and
/// wonder.
void tell_unread_configuration(const repo::Repository& repository, const Options& options, const repo::Tree* head) {
  if (is_ci() || !options.config_file.empty() || head == nullptr || !repository.work_tree()) return;
  const RepoPath path = RepoPath::of(config::file_name);
  std::error_code fault;
  const auto here = repo::read_whole_file(*repository.work_tree() / path.str(), fault);
  const bool is_there = head->find(path).has_value();
  if (!here || (is_there && head->read(path) == *here)) return;
  fmt::print(stderr, "note: {0} of the work tree is not read here; --config {0} uses it\n", config::file_name);
}

}  // namespace

gitlab::PredefinedVariables read_predefined_variables() {
  gitlab::PredefinedVariables result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (text.starts_with("CI") && equals != std::string_view::npos) {
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return result;
}

std::string find_default_branch(const repo::Repository& repository) {
  const gitlab::PredefinedVariables variables = read_predefined_variables();
  const std::string_view named = gitlab::value_of(variables, "CI_DEFAULT_BRANCH");
  if (!named.empty()) return std::string(named);
  for (const char* name : {"main", "master"}) {
    for (const char* place : {"refs/remotes/origin/", "refs/heads/"}) {
      if (repository.find_commit(std::string(place) + name)) return name;
    }
  }
  return repository.current_branch().value_or("main");
}

repo::Repository open_repository(const Options& options) {
  repo::Repository repository = repo::Repository::open(std::filesystem::current_path());
  if (!options.config_file.empty())
    repository.place_file(std::string(config::file_name), read_configuration(options.config_file));
  return repository;
}

LoadedTree read_tree(const repo::Repository& repository, const Options& options, Diagnostics& diagnostics,
                     const comparison::TrustedConfig* trusted) {
  const Progress progress("reading states");
  facts::FactStore facts = open_facts(repository, options);
  if (options.staged && options.revision.empty())
    return comparison::load_tree(repository.index_tree(), facts, diagnostics, trusted);
  const std::string revision = !options.revision.empty()            ? options.revision
                               : is_ci() || !repository.work_tree() ? "HEAD"
                                                                    : "";
  auto tree = revision.empty() ? repository.disk_tree() : repository.commit_tree(repository.resolve(revision));
  LoadedTree loaded = comparison::load_tree(std::move(tree), facts, diagnostics, trusted);
  facts.save();
  if (revision.empty() || revision == "HEAD") remember_ids(repository, options, loaded.states.graph);
  if (!revision.empty()) tell_unread_configuration(repository, options, loaded.tree.get());
  return loaded;
}

Comparison read_comparison(const repo::Repository& repository, const Options& options,
                           const comparison::TrustedConfig* trusted) {
  const Progress progress("reading states of both sides");
  facts::FactStore facts = open_facts(repository, options);
  Comparison result =
      comparison::compare(repository, to_request(repository, options, trusted), read_predefined_variables(), facts);
  facts.save();
  const auto& head = result.ends.head;
  if (head) tell_unread_configuration(repository, options, result.head.tree.get());
  if (!head || head == repository.find_commit("HEAD")) remember_ids(repository, options, result.head.states.graph);
  return result;
}

}  // namespace statelane::cli
