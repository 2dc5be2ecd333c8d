// Histories of a branch made from a seed: what is merged and not applied is offered by the next pipeline and by
// `status`, and what is applied and unchanged is not.
#include <doctest/doctest.h>

#include <cstdlib>
#include <random>
#include <set>

#include "comparison/comparison.hpp"
#include "comparison/own_bases.hpp"
#include "gitlab_model.hpp"
#include "repo/repository.hpp"
#include "support/test_repo.hpp"

namespace {

using namespace statelane;
using comparison::Standing;

constexpr int states = 30;
constexpr int pushes = 6;

std::string name_of_state(int index) { return fmt::format("s{:02}", index); }

/// What of each state a commit holds; a state that is not there is in neither.
using Versions = std::map<std::string, int>;

class History {
 public:
  explicit History(unsigned seed) : random_(seed) {
    for (int index = 0; index < states; ++index) versions_[name_of_state(index)] = 0;
    commit();
  }

  void run() {
    for (int push = 0; push < pushes; ++push) {
      for (int press = below(4); press > 0; --press) press_a_gate();
      change();
      before_ = head_;
      commit();
      check(push);
    }
  }

  /// How many offers first adoption leaves to the push, and how many the refs alone would lose.
  std::size_t without_record() const { return without_record_; }
  std::size_t missed_by_refs() const { return missed_by_refs_; }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  void commit() {
    support::TestRepo::Files files;
    for (const auto& [name, version] : versions_) {
      files[RepoPath::of(name + "/main.tf")] = {
          fmt::format("terraform {{\n  backend \"s3\" {{\n    bucket = \"b\"\n    key = \"{}\"\n  }}\n}}\n"
                      "output \"version\" {{\n  value = {}\n}}\n",
                      name, version)};
    }
    std::vector<std::string> parents;
    if (!head_.empty()) parents.push_back(is_forced_ ? line_.front() : head_);
    is_forced_ = false;
    head_ = repo_.commit_files(files, parents);
    if (line_.empty()) line_.push_back(head_);
    contents_[head_] = versions_;
  }

  /// A merge, a revert, a force push, a state that comes or goes.
  void change() {
    const int kind = below(10);
    if (kind == 0 && versions_.size() > 5) {
      versions_.erase(std::next(versions_.begin(), below(static_cast<int>(versions_.size()))));
    } else if (kind == 1) {
      versions_[fmt::format("n{:02}", below(10))] = 0;
    } else if (kind == 2) {
      is_forced_ = true;  // all that came since the first commit goes from the branch
      versions_ = contents_[line_.front()];
    } else if (kind == 3 && !before_.empty()) {
      versions_ = contents_[before_];
    }
    for (int count = kind < 4 ? below(2) : below(3) + 1; count > 0; --count) {
      const auto entry = std::next(versions_.begin(), below(static_cast<int>(versions_.size())));
      entry->second = below(4);  // what was there once comes back now and then
    }
  }

  /// In any order, of any pipeline: what succeeds last is what the world holds.
  void press_a_gate() {
    std::vector<std::size_t> open;
    for (std::size_t index = 0; index < gitlab_.records().size(); ++index) {
      if (gitlab_.records()[index].status == "blocked") open.push_back(index);
    }
    if (open.empty()) return;
    const std::size_t chosen = open[static_cast<std::size_t>(below(static_cast<int>(open.size())))];
    const GitlabModel::Record record = gitlab_.records()[chosen];
    switch (below(6)) {
      case 0:
        gitlab_.end(chosen, "failed");
        failed_.insert(record.environment);
        return;
      case 1: return gitlab_.end(chosen, "canceled", false);
      default:
        gitlab_.end(chosen, "success");
        world_[record.environment] = contents_[record.commit].at(record.environment);
        failed_.erase(record.environment);
        last_commits_[record.environment] = record.commit;
        if (first_.empty()) first_ = record.commit;
    }
  }

  /// What has to be offered by the law; of states without any record the push decides.
  std::set<std::string> find_unapplied(const std::set<std::string>& pushed) {
    std::set<std::string> result;
    for (const auto& [name, version] : versions_) {
      const auto applied = world_.find(name);
      if (applied != world_.end()) {
        if (applied->second != version || failed_.contains(name)) result.insert(name);
        continue;
      }
      const bool was_offered = offered_.contains(name);
      const bool is_newer = !first_.empty() && !contents_[first_].contains(name);
      if (was_offered || is_newer || pushed.contains(name)) result.insert(name);
      if (!was_offered && !is_newer) ++without_record_;
    }
    for (const auto& [name, version] : world_) {
      if (!versions_.contains(name)) result.insert(name);
    }
    for (const std::string& name : pushed) {
      if (!versions_.contains(name)) result.insert(name);  // left with this push
    }
    return result;
  }

  std::set<std::string> find_pushed() {
    std::set<std::string> result;
    for (const auto& [name, version] : versions_) {
      const auto old = contents_[before_].find(name);
      if (old == contents_[before_].end() || old->second != version) result.insert(name);
    }
    for (const auto& [name, version] : contents_[before_]) {
      if (!versions_.contains(name)) result.insert(name);
    }
    return result;
  }

  comparison::Comparison compare(bool has_api) {
    const repo::Repository repository = repo::Repository::open(repo_.path());
    comparison::ComparisonRequest request;
    request.read_ledger = [&](const auto& wanted, const std::string&) {
      return applied::read_ledger(wanted, gitlab_.sources(has_api));
    };
    const gitlab::PredefinedVariables variables = {{"CI", "true"},
                                                   {"CI_PIPELINE_SOURCE", "push"},
                                                   {"CI_COMMIT_SHA", head_},
                                                   {"CI_COMMIT_BEFORE_SHA", before_},
                                                   {"CI_COMMIT_BRANCH", "main"},
                                                   {"CI_DEFAULT_BRANCH", "main"}};
    return comparison::compare(repository, request, variables, facts_);
  }

  static std::set<std::string> ids_of(const comparison::Comparison& compared) {
    std::set<std::string> ids;
    for (const impact::Affected& affected : compared.impact.affected) ids.insert(affected.id);
    return ids;
  }

  void check(int push) {
    const std::set<std::string> pushed = find_pushed();
    const comparison::Comparison compared = compare(true);
    const std::set<std::string> offered = ids_of(compared);
    INFO("push " << push);
    CHECK(offered == find_unapplied(pushed));
    check_refs(pushed);
    if (compared.standings) check_status(*compared.standings);
    for (const std::string& name : offered) {
      if (!versions_.contains(name)) continue;
      gitlab_.begin(name, head_);
      offered_.insert(name);
    }
  }

  /// What the refs cannot know: tries that failed, gates that were offered, and what was pressed last of two.
  void check_refs(const std::set<std::string>& pushed) {
    const std::set<std::string> offered = ids_of(compare(false));
    for (const std::string& name : find_unapplied(pushed)) {
      if (offered.contains(name)) continue;
      const bool has_record = newest_refs().contains(name);
      const bool is_failure = failed_.contains(name);
      const bool is_order = has_record && newest_refs()[name] != last_commits_[name];
      const bool is_without_record = !has_record && offered_.contains(name);
      if (!is_failure && !is_order && !is_without_record) FAIL_CHECK(name << " is lost by the refs");
      missed_by_refs_ += 1;
    }
    for (const std::string& name : pushed) {
      const bool is_applied = newest_refs().contains(name);
      if (!is_applied && !offered.contains(name)) FAIL_CHECK(name << " is pushed, and lost by the refs");
    }
  }

  /// The commit of the highest number of each state.
  std::map<std::string, std::string> newest_refs() const {
    std::map<std::string, std::string> result;
    for (const GitlabModel::Record& record : gitlab_.records()) {
      if (record.status == "success") result[record.environment] = record.commit;
    }
    return result;
  }

  /// `status` calls nothing applied that is not.
  void check_status(const comparison::Standings& standings) {
    for (const comparison::StateStanding& state : standings.states) {
      if (state.standing != Standing::applied) continue;
      const bool is_true = world_.contains(state.id) && versions_.contains(state.id) &&
                           world_[state.id] == versions_[state.id] && !failed_.contains(state.id);
      if (!is_true) FAIL_CHECK(state.id << " is not applied");
    }
  }

  std::mt19937 random_;
  support::TestRepo repo_;
  GitlabModel gitlab_;
  Versions versions_;
  std::map<std::string, Versions> contents_;  ///< by commit
  std::vector<std::string> line_;             ///< the first commit
  std::string head_;
  std::string before_;
  bool is_forced_ = false;
  Versions world_;                                   ///< what the last success carried out
  std::set<std::string> failed_;                     ///< a try after it failed
  std::set<std::string> offered_;                    ///< had a gate once
  std::string first_;                                ///< the commit of the first success
  std::map<std::string, std::string> last_commits_;  ///< of the last success
  std::size_t without_record_ = 0;
  std::size_t missed_by_refs_ = 0;
  facts::FactStore facts_;
};

}  // namespace

TEST_CASE("whatever is merged and not applied is offered, and nothing else, in histories of any kind") {
  const char* more = std::getenv("STATELANE_HISTORIES");
  const unsigned histories = more == nullptr ? 60 : static_cast<unsigned>(std::stoul(more));
  std::size_t without_record = 0;
  std::size_t missed_by_refs = 0;
  for (unsigned seed = 1; seed <= histories; ++seed) {
    INFO("seed " << seed);
    History history(seed);
    history.run();
    without_record += history.without_record();
    missed_by_refs += history.missed_by_refs();
  }
  MESSAGE(histories << " histories: " << without_record << " states were left to the push, the refs would have lost "
                    << missed_by_refs << " offers");
}
