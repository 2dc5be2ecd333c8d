#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include "base/error.hpp"
#include "base/escape.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/find_state.hpp"
#include "cli/network.hpp"
#include "cli/open_facts.hpp"
#include "cli/progress.hpp"
#include "cli/read_ledger.hpp"
#include "cli/read_trees.hpp"
#include "comparison/reach_commits.hpp"
#include "emit/status.hpp"
#include "gitlab/names.hpp"
#include "runner/drift_result.hpp"

namespace statelane::cli {

namespace {

using comparison::Standing;
using comparison::StateStanding;

/// What was merged: the job's commit; in a clone the branch that is checked out where it is the default one, else the
/// default branch as origin had it last.
repo::CommitId choose_head(const repo::Repository& repository, const Options& options, const std::string& branch) {
  const comparison::CommitReach reach(repository, options.fetch_timeout);
  if (!options.head.empty()) return reach.resolve(options.head);
  const gitlab::PredefinedVariables variables = read_predefined_variables();
  const std::string commit(gitlab::value_of(variables, "CI_COMMIT_SHA"));
  if (!commit.empty()) return reach.resolve(commit);
  const auto current = repository.current_branch();
  if (current && *current != branch) {
    if (const auto tip = repository.find_commit("refs/remotes/origin/" + branch)) return *tip;
  }
  return repository.resolve("HEAD");
}

std::string choose_branch(const repo::Repository& repository) {
  const gitlab::PredefinedVariables variables = read_predefined_variables();
  const std::string named(gitlab::value_of(variables, "CI_COMMIT_BRANCH"));
  return named.empty() ? find_default_branch(repository) : named;
}

emit::Status read_status(const repo::Repository& repository, const Options& options, LoadedTree& head) {
  const Progress progress("reading states of both sides");
  emit::Status status;
  status.branch = choose_branch(repository);
  status.head = choose_head(repository, options, status.branch);
  facts::FactStore facts = open_facts(repository, options);
  facts.records().keep_in_memory();
  Diagnostics ignored;  // what is wrong with files is the business of the commands that compare them
  head = comparison::load_tree(repository.commit_tree(status.head), facts, ignored);
  const auto wanted = comparison::find_wanted(head.states.graph, "", status.branch);
  const applied::Ledger ledger = read_ledger(repository, wanted, status.branch, options);
  status.source = ledger.source;
  status.remarks = ledger.remarks;
  status.standings = comparison::find_standings(
      repository, head, status.head, ledger, {options.ignore_format, options.fetch_timeout, status.branch, {}}, facts);
  facts.save();
  return status;
}

/// The ids that were typed; a state that is not in the repository now is named by its id.
std::vector<std::string> find_ids(const repo::Repository& repository, const Options& options, const LoadedTree& head,
                                  const comparison::Standings& standings) {
  std::vector<std::string> ids;
  for (const std::string& typed : options.states) {
    const states::StateGraph& graph = head.states.graph;
    const std::string id =
        standings.find(typed) != nullptr ? typed : graph.states()[find_state(graph, repository, typed)].id;
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

bool needs_apply(const StateStanding& state) {
  return state.standing == Standing::pending || state.standing == Standing::failed ||
         state.standing == Standing::never_applied || (state.standing == Standing::unknown && state.affected);
}

void write_status(const emit::Status& status, const Options& options) {
  if (options.json) return write_output(emit::render_status_json(status));
  const auto& states = status.standings.states;
  if (options.states.size() == 1 && states.size() == 1)
    return write_output(emit::render_status_tree(status, states.front(), output_view(options)));
  write_output(emit::render_status_text(status, output_view(options)));
}

void write_remarks(const std::vector<std::string>& remarks) {
  for (const std::string& remark : remarks) fmt::print(stderr, "statelane: note: {}\n", escape_for_terminal(remark));
}

/// What the drift jobs below the directory found, by state.
std::map<std::string, emit::Drift> read_drift(const Options& options) {
  std::map<std::string, emit::Drift> result;
  if (options.drift_results.empty()) return result;
  const std::filesystem::path directory = std::filesystem::absolute(options.drift_results);
  if (!std::filesystem::is_directory(directory)) {
    throw Error(ErrorKind::usage, fmt::format("there is no directory \"{}\"", options.drift_results),
                {"name the one that the drift pipeline's artifacts were unpacked to: .statelane"});
  }
  for (const runner::DriftResult& found : runner::read_drift_results({directory.parent_path(), directory.filename()})) {
    const std::string counts =
        fmt::format("{} to add, {} to change, {} to destroy", found.create, found.update, found.remove);
    result[found.state] = {found.has_drifted, found.has_drifted ? counts : "as configured", found.changed_outside,
                           found.tool_version};
  }
  return result;
}

applied::Api open_api(const repo::Repository& repository, http::Client& client, const Options& options) {
  const ApiChoice choice = choose_api(repository);
  if (!choice.place) {
    throw Error(ErrorKind::usage, "GitLab is only written to by its API: " + choice.why_not,
                {"set STATELANE_TOKEN to a token with the scope \"api\""});
  }
  return {*choice.place, applied::open_world(client), options.ledger_timeout};
}

/// Ids alone, each typed by somebody: never a glob, and nothing from a variable.
void check_named(const Options& options, const char* option) {
  if (options.states.empty()) {
    throw Error(ErrorKind::usage, fmt::format("{} wants the ids of states", option),
                {"name each state; statelane status lists them"});
  }
}

[[noreturn]] void refuse_write(const char* what, const std::string& id, const applied::Answer& answer) {
  throw Error(ErrorKind::environment, fmt::format("cannot {} {}: {}", what, escape_for_terminal(id), answer.why_not),
              {"the token needs the scope \"api\", and its user the right to deploy to the environment"});
}

/// Records today's commit as applied.
int run_baseline(const repo::Repository& repository, const Options& options, const emit::Status& status,
                 const std::vector<std::string>& ids) {
  check_named(options, "--baseline");
  for (const std::string& id : ids) {
    const StateStanding* state = status.standings.find(id);
    const bool is_settled = !needs_apply(*state) && state->standing != Standing::foreign;
    if (state->standing == Standing::left_behind)
      throw Error(ErrorKind::usage, fmt::format("{} is not in the repository", escape_for_terminal(id)));
    if (is_settled || !options.reason.empty()) continue;
    throw Error(ErrorKind::usage,
                fmt::format("{} is {}: recorded as applied, its changes would be forgotten", escape_for_terminal(id),
                            emit::words_of(state->standing)),
                {"apply it, or say with --reason TEXT why it is as if it were applied"});
  }
  http::Client client(read_network());
  applied::Api api = open_api(repository, client, options);
  for (const std::string& id : ids) {
    const applied::Answer answer =
        applied::record_success(api, {gitlab::environment_name(id), status.head, status.branch});
    if (!answer.is_success()) refuse_write("record", id, answer);
    fmt::print("{}: {} is recorded as applied{}\n", escape_for_terminal(id), status.head,
               options.reason.empty() ? "" : ", because: " + escape_for_terminal(options.reason));
  }
  return 0;
}

std::int64_t find_environment(applied::Api& api, const std::string& id) {
  const std::string name = gitlab::environment_name(id);
  const applied::Answer answer = api.get("/environments?name=" + gitlab::escape_for_url(name));
  if (!answer.is_success()) refuse_write("find", id, answer);
  const auto found = applied::parse_environments(answer.body);
  for (const applied::Environment& environment : found.value_or(std::vector<applied::Environment>{})) {
    if (environment.name == name && environment.id > 0) return environment.id;
  }
  throw Error(ErrorKind::usage, fmt::format("GitLab has no environment \"{}\"", escape_for_terminal(name)));
}

/// Stops the environments of states that are not to be offered any more.
int run_forget(const repo::Repository& repository, const Options& options, const LoadedTree& head) {
  check_named(options, "--forget");
  http::Client client(read_network());
  applied::Api api = open_api(repository, client, options);
  for (const std::string& id : options.states) {
    if (head.states.graph.find(id)) {
      throw Error(ErrorKind::usage,
                  fmt::format("{} is in the repository, and would be offered again", escape_for_terminal(id)),
                  {"only a state that is gone can be forgotten"});
    }
    const applied::Answer answer = applied::stop_environment(api, find_environment(api, id));
    if (!answer.is_success()) refuse_write("stop", id, answer);
    fmt::print("{}: its environment is stopped; what it holds stays as it is\n", escape_for_terminal(id));
  }
  return 0;
}

}  // namespace

int run_status(const Options& options) {
  const repo::Repository repository = open_repository(options);
  if (options.baseline && options.forget) throw Error(ErrorKind::usage, "--baseline and --forget are two things");
  LoadedTree head;
  emit::Status status = read_status(repository, options, head);
  write_remarks(status.remarks);
  if (options.forget) return run_forget(repository, options, head);
  const std::vector<std::string> ids = find_ids(repository, options, head, status.standings);
  if (!ids.empty()) {
    std::erase_if(status.standings.states,
                  [&](const StateStanding& state) { return std::find(ids.begin(), ids.end(), state.id) == ids.end(); });
  }
  if (options.baseline) return run_baseline(repository, options, status, ids);
  status.drift = read_drift(options);
  write_status(status, options);
  const auto& states = status.standings.states;
  const auto needs_person = [&](const StateStanding& state) {
    const auto drift = status.drift.find(state.id);
    return needs_apply(state) || (drift != status.drift.end() && drift->second.has_drifted);
  };
  return options.exit_code && std::any_of(states.begin(), states.end(), needs_person) ? 1 : 0;
}

}  // namespace statelane::cli
