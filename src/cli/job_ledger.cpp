#include "cli/job_ledger.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/network.hpp"
#include "cli/newest_commit.hpp"
#include "cli/open_facts.hpp"
#include "cli/read_ledger.hpp"
#include "cli/read_trees.hpp"
#include "comparison/find_impact.hpp"
#include "comparison/reach_commits.hpp"
#include "comparison/standings.hpp"
#include "gitlab/branches.hpp"
#include "gitlab/names.hpp"

namespace statelane::cli {

namespace {

std::string short_id(const std::string& commit) { return commit.substr(0, 12); }

std::string describe(const applied::Deployment& record) {
  std::string text = fmt::format("commit {} was applied since", short_id(record.commit));
  if (!record.user.empty()) text += " by " + record.user;
  if (!record.finished_at.empty()) text += " at " + record.finished_at;
  return text;
}

}  // namespace

JobLedger::JobLedger(const repo::Repository& repository, const Options& options, const runner::JobEnvironment& job,
                     const comparison::LoadedTree& tree, std::uint32_t state)
    : repository_(repository), options_(options), job_(job), tree_(tree) {
  const states::State& found = tree.states.graph.states()[state];
  wanted_ = {found.id, gitlab::environment_name(found.id),
             gitlab::apply_branches(found.settings.apply_branches,
                                    gitlab::value_of(read_predefined_variables(), "CI_DEFAULT_BRANCH"))};
}

bool JobLedger::is_on_apply_branch() const {
  return job_.ci && !job_.in_merge_request() && gitlab::is_apply_branch(wanted_.branches, job_.branch);
}

const applied::Ledger& JobLedger::ledger() const {
  if (!ledger_) ledger_ = read_ledger(repository_, {wanted_}, job_.branch, options_);
  return *ledger_;
}

std::string JobLedger::find_difference(const repo::CommitId& applied) const {
  facts::FactStore facts = open_facts(repository_, options_);
  Diagnostics ignored;
  const LoadedTree base = comparison::load_tree(repository_.commit_tree(applied), facts, ignored);
  const LoadedTree head = comparison::load_tree(repository_.commit_tree(job_.commit), facts, ignored);
  const repo::ChangeSet changes = repo::diff_trees(base.tree.get(), head.tree.get());
  const impact::Impact impact = find_impact(base, head, changes, true, facts);
  const impact::Affected* affected = impact.find(wanted_.id);
  if (affected == nullptr) return "";
  const auto& path = affected->causes.front().front().path;
  return path ? path->display() : "its configuration";
}

runner::LedgerCheck JobLedger::check() const {
  runner::LedgerCheck result;
  const std::string slug = gitlab::environment_slug(wanted_.environment);
  if (!job_.environment_slug.empty() && job_.environment_slug != slug) {
    result.remarks.push_back(
        fmt::format("the slug of the environment is {}, not {}: without a token nobody finds its refs",
                    job_.environment_slug, slug));
  }
  const applied::Ledger& ledger = this->ledger();
  const applied::Record* record = ledger.find(wanted_.id);
  if (ledger.source == applied::Source::none) {
    result.remarks.insert(result.remarks.end(), ledger.remarks.begin(), ledger.remarks.end());
    result.remarks.emplace_back("whether another commit was applied since cannot be told");
    return result;
  }
  if (record == nullptr || !record->applied) return result;
  const repo::CommitId& applied = record->applied->commit;
  if (applied == job_.commit || applied == job_.applied) return result;
  try {
    const comparison::CommitReach reach(repository_, options_.fetch_timeout);
    const comparison::Reached reached = reach.find(applied);
    if (!reached.commit) throw Error(ErrorKind::environment, reached.why_not);
    const std::string difference = find_difference(applied);
    if (difference.empty() || reach.is_ancestor(applied, job_.commit)) return result;
    result.applied_since = fmt::format("{}, and this job's commit does not contain it: {} differs",
                                       describe(*record->applied), difference);
  } catch (const Error& error) {
    result.remarks.push_back(fmt::format("{}; whether this job's commit contains it cannot be told: {}",
                                         describe(*record->applied), error.what()));
  }
  return result;
}

bool JobLedger::was_never_applied() const {
  if (!is_on_apply_branch()) return false;
  try {
    facts::FactStore facts = open_facts(repository_, options_);
    comparison::StandingRequest request;
    request.branch = job_.branch;
    request.fetch_timeout = options_.fetch_timeout;
    request.only = {wanted_.id};
    const comparison::Standings standings =
        comparison::find_standings(repository_, tree_, job_.commit, ledger(), request, facts);
    const comparison::StateStanding* state = standings.find(wanted_.id);
    return state != nullptr && state->standing == comparison::Standing::never_applied && state->affected &&
           state->affected->change == impact::Change::added;
  } catch (const Error&) {
    return false;  // then an empty state is looked at twice
  }
}

std::string JobLedger::record_as_applied() const {
  const auto refuse = [](const std::string& why) {
    return fmt::format(
        "the plan has no changes, and GitLab is not told so: {}; the state is offered again until its apply "
        "is pressed",
        why);
  };
  if (!job_.may_record || job_.environment != wanted_.environment)
    return refuse("the plan has not the environment of the apply (plan_environment), or what it reads is not applied");
  const runner::BranchCheck newest = check_branch(repository_, options_, job_.branch, job_.commit, wanted_.id);
  if (newest.result != runner::BranchCheck::Result::newest)
    return refuse("this is not the newest commit of the branch");
  const ApiChoice choice = choose_api(repository_);
  if (!choice.place) return refuse(choice.why_not);
  http::Client client(read_network());
  applied::Api api(*choice.place, applied::open_world(client), options_.ledger_timeout);
  const applied::Answer answer = applied::record_success(api, {wanted_.environment, job_.commit, job_.branch});
  if (!answer.is_success()) return refuse(answer.why_not);
  return "the plan has no changes: the commit is recorded as applied";
}

}  // namespace statelane::cli
