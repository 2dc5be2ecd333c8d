#include "applied/read_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "gitlab/branches.hpp"
#include "gitlab/names.hpp"

namespace statelane::applied {

namespace {

constexpr int most_pages = 100;
/// States that are asked for one by one, where the list did not show them.
constexpr std::size_t most_single_calls = 20;
/// Environments of reviews are many, and no states.
constexpr std::string_view review_prefix = "review/";

/// Successes need a filter by their end to be ordered by it, and the reverse.
constexpr const char* by_end = "?status=success&order_by=finished_at&finished_after=1970-01-02T00:00:00Z&sort=";
/// For servers that do not know that order.
constexpr const char* by_id = "?status=success&order_by=id&sort=";

class Reader {
 public:
  Reader(const std::vector<Wanted>& wanted, const std::string& branch, Api& api)
      : wanted_(wanted), branch_(branch), api_(api) {
    for (const Wanted& one : wanted) by_environment_.emplace(one.environment, &one);
  }

  ApiReading read() {
    if (!read_environments()) return std::move(result_);
    begin_records();
    // What no environment stands for needs no deployments to be read.
    result_.is_readable = has_all_environments_ && open_.empty();
    read_successes();
    if (!result_.is_readable) {
      result_.ledger.records.clear();
      return std::move(result_);
    }
    result_.ledger.source = Source::api;
    read_failures();
    read_offers();
    read_first();
    return std::move(result_);
  }

 private:
  Record& record_of(const Wanted& wanted) { return result_.ledger.records[wanted.id]; }
  void remark(std::string text) { result_.ledger.remarks.push_back(std::move(text)); }

  /// Calls `take` with each page of a list until it returns false. Empty: the list was read as far as it was wanted;
  /// otherwise why not.
  template <typename Parse, typename Take>
  std::string read_pages(const std::string& query, const Parse& parse, const Take& take) {
    const char separator = query.find('?') == std::string::npos ? '?' : '&';
    for (int page = 1; page <= most_pages; ++page) {
      const Answer answer = api_.get(fmt::format("{}{}per_page=100&page={}", query, separator, page));
      last_status_ = answer.status;
      if (!answer.is_success()) return answer.why_not;
      const auto entries = parse(answer.body);
      if (!entries) return "the answer is not a list; is CI_API_V4_URL the address of GitLab's API?";
      result_.is_readable = true;
      if (!take(*entries) || !answer.has_next_page || entries->empty()) return "";
    }
    return fmt::format("there are more than {} pages", most_pages);
  }

  bool read_environments() {
    const std::string why = read_pages("/environments", parse_environments, [&](const auto& page) {
      for (const Environment& environment : page) {
        result_.slugs[environment.name] = environment.slug;
        if (environment.is_stopped) stopped_.insert(environment.name);
        created_[environment.name] = environment.created;
      }
      return true;
    });
    has_all_environments_ = why.empty();
    if (why.empty()) return true;
    remark(fmt::format("GitLab's environments cannot be read: {}", why));
    // Deployments have a right of their own.
    return !result_.slugs.empty() || last_status_ == 403 || last_status_ == 404;
  }

  /// Where the environment is not there, nor is a record.
  bool may_have_records(const std::string& environment) const {
    return !has_all_environments_ || result_.slugs.contains(environment);
  }

  void begin_records() {
    for (const Wanted& one : wanted_) {
      Record& record = record_of(one);
      record.source = Source::api;
      record.is_stopped = stopped_.contains(one.environment);
      if (may_have_records(one.environment) && !record.is_stopped) open_.insert(one.environment);
    }
    for (const auto& [name, slug] : result_.slugs) {
      if (!by_environment_.contains(name) && !stopped_.contains(name) && !name.starts_with(review_prefix))
        open_.insert(name);
    }
  }

  /// Newest first, so that the first one that counts is the last.
  void take_success(const Deployment& found) {
    if (!open_.contains(found.environment) || found.status != Status::success) return;
    const auto wanted = by_environment_.find(found.environment);
    if (wanted == by_environment_.end()) return take_left(found);
    Record& record = record_of(*wanted->second);
    if (!counts_for(*wanted->second, branch_, found)) {
      if (!record.foreign) record.foreign = found;
      return;
    }
    record.applied = found;
    open_.erase(found.environment);
  }

  /// What ended before an environment was there is none of its records. The times of a job and of its record differ a
  /// little.
  void close_younger(std::int64_t finished) {
    constexpr std::int64_t difference = std::int64_t{3'600} * 1'000'000;
    if (finished == 0) return;
    std::erase_if(open_, [&](const std::string& environment) {
      const auto created = created_.find(environment);
      return created != created_.end() && created->second > finished + difference;
    });
  }

  void take_left(const Deployment& found) {
    const std::string id = find_state_of_job(found.job, found.environment);
    // What another branch has applied is that branch's business.
    if (id.empty() || (!branch_.empty() && found.branch != branch_)) return;
    open_.erase(found.environment);
    Left left{id, found.environment, result_.slugs[found.environment], {}};
    left.record.source = Source::api;
    left.record.applied = found;
    result_.ledger.left.push_back(std::move(left));
  }

  void read_successes() {
    if (open_.empty()) return;
    std::string why = read_pages(fmt::format("/deployments{}desc", by_end), parse_deployments, [&](const auto& page) {
      for (const Deployment& found : page) take_success(found);
      if (!page.empty()) close_younger(page.back().finished);
      return !open_.empty();
    });
    if (last_status_ == 400) why = read_successes_by_id();
    if (why.empty()) return;  // what is still open has no record at all
    remark(fmt::format("GitLab's deployments cannot be read to their end: {}", why));
    if (result_.is_readable) read_one_by_one();
  }

  /// All that there are are read, since a gate that was ready early may have been pressed last.
  std::string read_successes_by_id() {
    std::vector<Deployment> all;
    const std::string why =
        read_pages(fmt::format("/deployments{}desc", by_id), parse_deployments, [&](const auto& page) {
          for (const Deployment& found : page) {
            if (open_.contains(found.environment)) all.push_back(found);
          }
          return true;
        });
    std::stable_sort(all.begin(), all.end(),
                     [](const Deployment& left, const Deployment& right) { return left.finished > right.finished; });
    for (const Deployment& found : all) take_success(found);
    has_order_by_end_ = false;
    return why;
  }

  void read_one_by_one() {
    std::size_t asked = 0;
    for (const Wanted& one : wanted_) {
      if (!open_.contains(one.environment)) continue;
      Record& record = record_of(one);
      if (asked == most_single_calls || api_.is_time_over()) {
        record.why_unknown = "GitLab's list of deployments was not read to its end";
        continue;
      }
      ++asked;
      const std::string why =
          read_pages(fmt::format("/deployments{}desc&environment={}", has_order_by_end_ ? by_end : by_id,
                                 gitlab::escape_for_url(one.environment)),
                     parse_deployments, [&](const auto& page) {
                       for (const Deployment& found : page) take_success(found);
                       return open_.contains(one.environment);
                     });
      if (!why.empty()) record.why_unknown = "GitLab's deployments cannot be read: " + why;
    }
  }

  /// Tries that ended badly after the last success; those from before it are not asked for.
  void read_failures() {
    std::set<std::string> open;
    std::string oldest;
    std::int64_t oldest_time = 0;
    for (const Wanted& one : wanted_) {
      const Record& record = record_of(one);
      if (!record.applied || !record.why_unknown.empty()) continue;
      open.insert(one.environment);
      if (oldest_time != 0 && record.applied->finished >= oldest_time) continue;
      oldest_time = record.applied->finished;
      oldest = record.applied->finished_at;
    }
    for (const Wanted& one : wanted_) {
      const bool is_without = !record_of(one).applied && may_have_records(one.environment);
      if (is_without && !record_of(one).is_stopped && open.insert(one.environment).second) oldest.clear();
    }
    if (open.empty()) return;
    const std::string since = oldest.empty() ? "1970-01-02T00:00:00Z" : oldest;
    for (const char* status : {"failed", "canceled"}) read_failures(status, since, open);
  }

  void read_failures(const std::string& status, const std::string& since, const std::set<std::string>& wanted) {
    std::set<std::string> open = wanted;
    const auto take = [&](const auto& page) {
      for (const Deployment& found : page) {
        if (open.contains(found.environment) && take_failure(found)) open.erase(found.environment);
      }
      return !open.empty();
    };
    std::string why = read_pages(fmt::format("/deployments?status={}&order_by=updated_at&sort=desc&updated_after={}",
                                             status, gitlab::escape_for_url(since)),
                                 parse_deployments, take);
    if (last_status_ == 400)
      why = read_pages(fmt::format("/deployments?status={}&order_by=id&sort=desc", status), parse_deployments, take);
    if (!why.empty()) remark(fmt::format("GitLab's list of {} deployments cannot be read to its end: {}", status, why));
  }

  bool take_failure(const Deployment& found) {
    const auto wanted = by_environment_.find(found.environment);
    if (wanted == by_environment_.end() || !counts_for(*wanted->second, branch_, found)) return false;
    Record& record = record_of(*wanted->second);
    if (!found.has_started) {
      if (!record.applied && !record.offered) record.offered = found;
      return false;
    }
    // What began before the last success and ended after it has changed the world after it as well.
    const bool is_later = !record.applied || found.finished > record.applied->finished;
    if (is_later && (!record.failed || record.failed->finished < found.finished)) record.failed = found;
    return true;
  }

  /// Gates of states that were never applied.
  void read_offers() {
    std::set<std::string> open;
    for (const Wanted& one : wanted_) {
      const Record& record = record_of(one);
      const bool is_known = record.applied || record.failed || record.offered || !record.why_unknown.empty();
      if (!is_known && !record.is_stopped && may_have_records(one.environment)) open.insert(one.environment);
    }
    for (const char* status : {"blocked", "created"}) {
      if (open.empty()) return;
      const std::string why = read_pages(fmt::format("/deployments?status={}&order_by=id&sort=desc", status),
                                         parse_deployments, [&](const auto& page) {
                                           for (const Deployment& found : page) take_offer(found, open);
                                           return !open.empty();
                                         });
      if (!why.empty())
        remark(fmt::format("GitLab's list of {} deployments cannot be read to its end: {}", status, why));
    }
  }

  void take_offer(const Deployment& found, std::set<std::string>& open) {
    const auto wanted = by_environment_.find(found.environment);
    if (!open.contains(found.environment) || wanted == by_environment_.end()) return;
    if (!counts_for(*wanted->second, branch_, found)) return;
    record_of(*wanted->second).offered = found;
    open.erase(found.environment);
  }

  /// The oldest record that counts; asked for only where a state has none.
  void read_first() {
    const auto& records = result_.ledger.records;
    const bool has_gaps = std::any_of(records.begin(), records.end(), [](const auto& entry) {
      return !entry.second.applied && entry.second.why_unknown.empty();
    });
    const bool has_records =
        std::any_of(records.begin(), records.end(), [](const auto& entry) { return entry.second.applied.has_value(); });
    if (!has_gaps || (!has_records && result_.ledger.left.empty())) return;
    const auto take = [&](const auto& page) {
      for (const Deployment& found : page) {
        if (is_first(found)) {
          result_.ledger.first = found;
          return false;
        }
      }
      return true;
    };
    const std::string query = fmt::format("/deployments{}asc", has_order_by_end_ ? by_end : by_id);
    const std::string why = read_pages(query, parse_deployments, take);
    if (!why.empty()) remark(fmt::format("the project's first deployment cannot be found: {}", why));
  }

  bool is_first(const Deployment& found) const {
    if (found.status != Status::success) return false;
    const auto wanted = by_environment_.find(found.environment);
    if (wanted != by_environment_.end()) return counts_for(*wanted->second, branch_, found);
    return !find_state_of_job(found.job, found.environment).empty();
  }

  const std::vector<Wanted>& wanted_;
  const std::string& branch_;
  Api& api_;
  std::unordered_map<std::string, const Wanted*> by_environment_;
  std::set<std::string> stopped_;
  std::map<std::string, std::int64_t> created_;
  std::set<std::string> open_;  ///< environments whose last success is not known yet
  bool has_all_environments_ = false;
  bool has_order_by_end_ = true;
  int last_status_ = 0;
  ApiReading result_;
};

}  // namespace

bool counts_for(const Wanted& wanted, const std::string& branch, const Deployment& record) {
  const bool is_ours = record.job.empty() || record.job == gitlab::job_name("apply", wanted.id);
  const bool is_applied_here = gitlab::is_apply_branch(wanted.branches, branch);
  const bool is_branch =
      is_applied_here ? record.branch == branch : gitlab::is_apply_branch(wanted.branches, record.branch);
  return is_ours && is_branch;
}

ApiReading read_api(const std::vector<Wanted>& wanted, const std::string& branch, Api& api) {
  return Reader(wanted, branch, api).read();
}

}  // namespace statelane::applied
