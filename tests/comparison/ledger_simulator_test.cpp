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
    if (seed % 3 == 0) return;  // nothing was ever applied
    for (const auto& [name, version] : versions_) {
      if (below(6) != 0) succeed(gitlab_.begin(name, head_));
    }
  }

  void run() {
    for (int push = 0; push < pushes; ++push) {
      for (int press = below(7); press > 0; --press) press_a_gate();
      clean_up();
      change();
      before_ = head_;
      commit();
      check(push);
    }
  }

  /// What the law leaves out, each by itself.
  struct Exceptions {
    std::size_t left_to_push = 0;          ///< states without a record that were there before the first one
    std::size_t lost_by_refs_failure = 0;  ///< by refs alone: a try failed
    std::size_t lost_by_refs_order = 0;    ///< what was pressed last has not the highest number
    std::size_t lost_by_refs_record = 0;   ///< there is no ref (any more)
    std::size_t more_by_refs_order = 0;    ///< offered without need, for the same reasons
    std::size_t more_by_refs_record = 0;
    std::size_t more_by_refs_stopped = 0;  ///< what left and was destroyed

    void add(const Exceptions& other) {
      left_to_push += other.left_to_push;
      lost_by_refs_failure += other.lost_by_refs_failure;
      lost_by_refs_order += other.lost_by_refs_order;
      lost_by_refs_record += other.lost_by_refs_record;
      more_by_refs_order += other.more_by_refs_order;
      more_by_refs_record += other.more_by_refs_record;
      more_by_refs_stopped += other.more_by_refs_stopped;
    }
  };
  const Exceptions& exceptions() const { return exceptions_; }

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
    if (!parents.empty() && below(3) == 0) parents.push_back(line_.front());  // a merge
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
    if (below(12) == 0) return roll_back();
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
      case 2:
        if (below(3) != 0) return succeed(chosen);
        gitlab_.end(chosen, "canceled");
        failed_.insert(record.environment);
        return;
      default: succeed(chosen);
    }
  }

  void succeed(std::size_t chosen) {
    gitlab_.end(chosen, "success");
    const GitlabModel::Record& record = gitlab_.records()[chosen];
    world_[record.environment] = contents_[record.commit].at(record.environment);
    failed_.erase(record.environment);
    stopped_.erase(record.environment);
    last_commits_[record.environment] = record.commit;
  }

  /// The button of what succeeded once: a new record of the old commit.
  void roll_back() {
    for (std::size_t tries = 0; tries < 5 && !gitlab_.records().empty(); ++tries) {
      const GitlabModel::Record record =
          gitlab_.records()[static_cast<std::size_t>(below(static_cast<int>(gitlab_.records().size())))];
      if (record.status == "success") return succeed(gitlab_.begin(record.environment, record.commit));
    }
  }

  /// The oldest refs are archived, environments are deleted, and those of states that left are stopped.
  void clean_up() {
    const int kind = below(8);
    if (kind == 0) {
      for (std::size_t index = 0; index < gitlab_.records().size() / 3; ++index) gitlab_.archive(index);
    } else if (kind == 1 && !world_.empty()) {
      const std::string name = std::next(world_.begin(), below(static_cast<int>(world_.size())))->first;
      gitlab_.delete_environment(name);
      forget(name);
      offered_.erase(name);
    } else if (kind == 2) {
      for (const auto& [name, version] : std::map(world_)) {
        if (versions_.contains(name)) continue;
        gitlab_.stop(name);
        forget(name);
        stopped_.insert(name);
        return;
      }
    }
  }

  void forget(const std::string& name) {
    world_.erase(name);
    failed_.erase(name);
    last_commits_.erase(name);
  }

  /// The commit of the project's first success; empty when there is none.
  std::string find_first() const {
    const GitlabModel::Record* first = nullptr;
    for (const GitlabModel::Record& record : gitlab_.records()) {
      if (record.status == "success" && (first == nullptr || record.ended < first->ended)) first = &record;
    }
    return first == nullptr ? "" : first->commit;
  }

  /// What has to be offered by the law; of states without any record the push decides.
  std::set<std::string> find_unapplied(const std::set<std::string>& pushed) {
    std::set<std::string> result;
    const std::string first = find_first();
    for (const auto& [name, version] : versions_) {
      const auto applied = world_.find(name);
      if (applied != world_.end()) {
        if (applied->second != version || failed_.contains(name)) result.insert(name);
        continue;
      }
      const bool was_offered = offered_.contains(name);
      const bool is_newer = !first.empty() && !contents_[first].contains(name);
      const bool is_told = was_offered || is_newer || stopped_.contains(name);
      if (is_told || pushed.contains(name)) result.insert(name);
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
    for (const auto& [name, version] : versions_) {
      const bool is_told = world_.contains(name) || offered_.contains(name) || offered.contains(name);
      if (!is_told) ++exceptions_.left_to_push;
    }
    for (const std::string& name : offered) {
      if (!versions_.contains(name)) continue;
      gitlab_.begin(name, head_);
      offered_.insert(name);
    }
  }

  /// What the refs cannot know: tries that failed, gates that were offered, what was pressed last of two, and what was
  /// cleaned up. All else is as by the API.
  void check_refs(const std::set<std::string>& pushed) {
    const std::set<std::string> offered = ids_of(compare(false));
    const std::set<std::string> unapplied = find_unapplied(pushed);
    const std::map<std::string, std::string> newest = newest_refs();
    const auto has_other_order = [&](const std::string& name) {
      const auto last = last_commits_.find(name);
      return newest.contains(name) && (last == last_commits_.end() || newest.at(name) != last->second);
    };
    for (const std::string& name : unapplied) {
      if (offered.contains(name)) continue;
      if (failed_.contains(name)) {
        ++exceptions_.lost_by_refs_failure;
      } else if (!newest.contains(name)) {
        ++exceptions_.lost_by_refs_record;
      } else if (has_other_order(name)) {
        ++exceptions_.lost_by_refs_order;
      } else {
        FAIL_CHECK(name << " is lost by the refs");
      }
    }
    for (const std::string& name : offered) {
      if (unapplied.contains(name)) continue;
      if (stopped_.contains(name)) {
        ++exceptions_.more_by_refs_stopped;
      } else if (!newest.contains(name)) {
        ++exceptions_.more_by_refs_record;
      } else if (has_other_order(name)) {
        ++exceptions_.more_by_refs_order;
      } else {
        FAIL_CHECK(name << " is applied and unchanged, and offered by the refs");
      }
    }
    for (const std::string& name : pushed) {
      if (!newest.contains(name) && !offered.contains(name)) FAIL_CHECK(name << " is pushed, and lost by the refs");
    }
  }

  /// The commit of the highest number of each state.
  std::map<std::string, std::string> newest_refs() const {
    std::map<std::string, std::string> result;
    for (const GitlabModel::Record& record : gitlab_.records()) {
      if (record.has_ref) result[record.environment] = record.commit;
    }
    return result;
  }

  /// `status` calls applied what is, and nothing else; what has left is left behind until it is stopped.
  void check_status(const comparison::Standings& standings) {
    std::set<std::string> left;
    for (const comparison::StateStanding& state : standings.states) {
      if (state.standing == Standing::left_behind) left.insert(state.id);
      if (!versions_.contains(state.id)) continue;
      const bool is_applied =
          world_.contains(state.id) && world_[state.id] == versions_[state.id] && !failed_.contains(state.id);
      if (is_applied != (state.standing == Standing::applied)) FAIL_CHECK(state.id << " stands otherwise");
    }
    for (const auto& [name, version] : world_) {
      if (!versions_.contains(name) && !left.contains(name)) FAIL_CHECK(name << " is left behind, and not named");
    }
    for (const std::string& name : left) {
      if (!world_.contains(name)) FAIL_CHECK(name << " is not left behind");
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
  std::map<std::string, std::string> last_commits_;  ///< of the last success
  std::set<std::string> stopped_;                    ///< environments
  Exceptions exceptions_;
  facts::FactStore facts_;
};

}  // namespace

TEST_CASE("whatever is merged and not applied is offered, and nothing else, in histories of any kind") {
  const char* more = std::getenv("STATELANE_HISTORIES");
  const char* begin = std::getenv("STATELANE_FIRST_HISTORY");
  const unsigned histories = more == nullptr ? 60 : static_cast<unsigned>(std::stoul(more));
  const unsigned first = begin == nullptr ? 1 : static_cast<unsigned>(std::stoul(begin));
  History::Exceptions all;
  for (unsigned seed = first; seed < first + histories; ++seed) {
    INFO("seed " << seed);
    History history(seed);
    history.run();
    all.add(history.exceptions());
  }
  MESSAGE(histories << " histories; left to the push " << all.left_to_push << "; by refs alone lost: "
                    << all.lost_by_refs_failure << " failures, " << all.lost_by_refs_order << " by order, "
                    << all.lost_by_refs_record << " without a ref; offered without need: " << all.more_by_refs_order
                    << " by order, " << all.more_by_refs_record << " without a ref, " << all.more_by_refs_stopped
                    << " that were stopped");
}
