#include "cli/choose_ends.hpp"

#include <fmt/format.h>

#include <array>

#include "base/error.hpp"

namespace statelane::cli {

namespace {

using gitlab::BaseCandidate;
using gitlab::BaseMethod;
using gitlab::BaseReason;

constexpr std::chrono::seconds fetch_time_out{60};

/// What a candidate turned out to be.
struct Outcome {
  bool is_usable = false;
  std::optional<repo::CommitId> commit;
  std::string why_not;
};

/// The default branch by its names in a clone; the first that is here.
std::optional<repo::CommitId> find_default_branch(const repo::Repository& repository, std::string_view name) {
  std::vector<std::string> names;
  if (!name.empty()) {
    names = {fmt::format("refs/remotes/origin/{}", name), fmt::format("refs/heads/{}", name)};
  } else {
    names = {"refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main",
             "refs/heads/master"};
  }
  for (const std::string& candidate : names) {
    if (auto commit = repository.find_commit(candidate)) return commit;
  }
  return std::nullopt;
}

class Chooser {
 public:
  Chooser(const repo::Repository& repository, const Options& options, const gitlab::PredefinedVariables& variables)
      : repository_(repository), options_(options), variables_(variables), choice_(gitlab::choose_base(variables)) {}

  Ends choose() {
    if (!options_.range.empty()) return choose_range();
    if (!options_.head.empty()) {
      ends_.head = repository_.resolve(options_.head);
    } else if (!choice_.head.empty()) {
      ends_.head = repository_.resolve(choice_.head);
    } else if (!repository_.work_tree()) {
      ends_.head = repository_.resolve("HEAD");
    }
    for (const std::string& named : {options_.base, options_.since}) {
      if (!named.empty()) return take(gitlab::explicit_base(named), repository_.resolve(named));
    }
    return choose_candidate();
  }

 private:
  Ends choose_range() {
    const std::size_t dots = options_.range.find("..");
    if (dots == std::string::npos) {
      ends_.head = repository_.resolve(options_.range);
      return take(gitlab::parent_base(options_.range), repository_.first_parent(*ends_.head));
    }
    const bool is_symmetric = options_.range.compare(dots, 3, "...") == 0;
    const std::string left = options_.range.substr(0, dots);
    const std::string right = options_.range.substr(dots + (is_symmetric ? 3 : 2));
    ends_.head = repository_.resolve(right.empty() ? "HEAD" : right);
    repo::CommitId base = repository_.resolve(left.empty() ? "HEAD" : left);
    if (is_symmetric) {
      const auto common = repository_.merge_base(base, *ends_.head);
      if (!common) {
        throw Error(ErrorKind::environment, fmt::format("{} and {} have no common commit", left, right),
                    {fmt::format("compare the trees as they are: {}..{}", left, right)});
      }
      base = *common;
    }
    return take(gitlab::explicit_base(options_.range), base);
  }

  Ends choose_candidate() {
    std::vector<std::string> reasons;
    for (const BaseCandidate& candidate : choice_.candidates) {
      Outcome outcome = try_candidate(candidate);
      if (outcome.is_usable) return take(candidate, outcome.commit);
      if (!outcome.why_not.empty()) reasons.push_back(std::move(outcome.why_not));
    }
    return give_up(std::move(reasons));
  }

  Outcome try_candidate(const BaseCandidate& candidate) {
    switch (candidate.method) {
      case BaseMethod::none:
      case BaseMethod::empty_tree: return {true, std::nullopt, ""};
      case BaseMethod::parent: return {true, repository_.first_parent(repository_.resolve(candidate.revision)), ""};
      case BaseMethod::missing: return {false, std::nullopt, candidate.text};
      case BaseMethod::revision: return check(candidate, find_or_fetch(candidate.revision), candidate.revision);
      case BaseMethod::merge_base: return try_merge_base(candidate);
    }
    return {};
  }

  Outcome try_merge_base(const BaseCandidate& candidate) {
    const std::string_view named =
        candidate.revision.empty() ? gitlab::value_of(variables_, "CI_DEFAULT_BRANCH") : candidate.revision;
    const auto branch = find_default_branch(repository_, named);
    if (!branch) {
      return {
          false, std::nullopt,
          named.empty() ? "the default branch is not known" : fmt::format("the branch {} is not in this clone", named)};
    }
    const auto head = ends_.head ? ends_.head : repository_.find_commit("HEAD");
    if (!head) return {true, std::nullopt, ""};  // nothing is committed yet: everything is new
    return check(candidate, repository_.merge_base(*branch, *head), fmt::format("a common commit with {}", named));
  }

  std::optional<repo::CommitId> find_or_fetch(const std::string& revision) {
    auto commit = repository_.find_commit(revision);
    if (!commit && revision.size() >= 40 && repository_.fetch_commit(revision, fetch_time_out))
      commit = repository_.find_commit(revision);
    return commit;
  }

  Outcome check(const BaseCandidate& candidate, std::optional<repo::CommitId> commit, std::string_view name) {
    if (!commit) return {false, std::nullopt, fmt::format("{} is not in this clone and cannot be fetched", name)};
    if (candidate.only_if_ancestor && !repository_.is_ancestor(*commit, *ends_.head)) return {};
    if (candidate.is_fallback && ends_.head && *commit == *ends_.head)
      return {false, std::nullopt, fmt::format("{} is the head itself", name)};
    return {true, std::move(commit), ""};
  }

  Ends take(const BaseCandidate& candidate, std::optional<repo::CommitId> commit) {
    ends_.base = std::move(commit);
    ends_.reason = candidate.reason;
    if (candidate.reason == BaseReason::parent && !ends_.base) ends_.reason = BaseReason::empty_tree;
    ends_.text = candidate.text;
    return std::move(ends_);
  }

  Ends give_up(std::vector<std::string> reasons) {
    std::string why;
    for (const std::string& reason : reasons) why += (why.empty() ? "" : "; ") + reason;
    if (options_.on_missing_base == OnMissingBase::all) {
      ends_.is_missing = true;
      ends_.text = fmt::format("all states without gates, since there is no base: {}", why);
      return std::move(ends_);
    }
    throw Error(ErrorKind::environment, fmt::format("no commit to compare with: {}", why),
                {"set GIT_DEPTH: \"0\" in the job, so that the history is there", "or name a commit with --base",
                 "or take every state, without gates: --on-missing-base all"});
  }

  const repo::Repository& repository_;
  const Options& options_;
  const gitlab::PredefinedVariables& variables_;
  gitlab::BaseChoice choice_;
  Ends ends_;
};

}  // namespace

Ends choose_ends(const repo::Repository& repository, const Options& options,
                 const gitlab::PredefinedVariables& variables) {
  Ends ends = Chooser(repository, options, variables).choose();
  const auto tip = repository.find_commit("HEAD");
  ends.is_on_default_branch_tip =
      !ends.head && ends.reason == gitlab::BaseReason::merge_base && ends.base && ends.base == tip;
  return ends;
}

}  // namespace statelane::cli
