#include "comparison/choose_ends.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "comparison/reach_commits.hpp"

namespace statelane::comparison {

namespace {

using gitlab::BaseCandidate;
using gitlab::BaseMethod;
using gitlab::BaseReason;

/// What a candidate turned out to be.
struct Outcome {
  bool is_usable = false;
  std::optional<repo::CommitId> commit{};
  std::string why_not{};
  std::vector<std::string> hints{};
};

class Chooser {
 public:
  Chooser(const repo::Repository& repository, const EndsRequest& request, const gitlab::PredefinedVariables& variables)
      : repository_(repository),
        request_(request),
        variables_(variables),
        reach_(repository, request.fetch_timeout),
        choice_(gitlab::choose_base(variables)) {}

  Ends choose() {
    if (!request_.range.empty()) return choose_range();
    if (!request_.head.empty()) {
      ends_.head = reach_.resolve(request_.head);
    } else if (request_.staged) {
      ends_.is_staged = true;
    } else if (!choice_.head.empty()) {
      ends_.head = reach_.resolve(choice_.head);
    } else if (!repository_.work_tree()) {
      ends_.head = repository_.resolve("HEAD");
    }
    for (const std::string& named : {request_.base, request_.since}) {
      if (!named.empty()) return take(gitlab::explicit_base(named), reach_.resolve(named));
    }
    return choose_candidate();
  }

 private:
  Ends choose_range() {
    const std::size_t dots = request_.range.find("..");
    if (dots == std::string::npos) {
      ends_.head = reach_.resolve(request_.range);
      return take(gitlab::parent_base(request_.range), reach_.first_parent(*ends_.head));
    }
    const bool is_symmetric = request_.range.compare(dots, 3, "...") == 0;
    const std::string left = request_.range.substr(0, dots);
    const std::string right = request_.range.substr(dots + (is_symmetric ? 3 : 2));
    ends_.head = reach_.resolve(right.empty() ? "HEAD" : right);
    repo::CommitId base = reach_.resolve(left.empty() ? "HEAD" : left);
    if (is_symmetric) {
      const auto common = reach_.merge_base(base, *ends_.head);
      if (!common) {
        throw Error(ErrorKind::environment, fmt::format("{} and {} have no common commit", left, right),
                    {fmt::format("compare the trees as they are: {}..{}", left, right)});
      }
      base = *common;
    }
    return take(gitlab::explicit_base(request_.range), base);
  }

  Ends choose_candidate() {
    std::string why;
    std::vector<std::string> hints;
    for (const BaseCandidate& candidate : choice_.candidates) {
      Outcome outcome = try_candidate(candidate);
      if (outcome.is_usable) return take(candidate, outcome.commit);
      if (outcome.why_not.empty()) continue;
      why += (why.empty() ? "" : "; ") + outcome.why_not;
      for (std::string& hint : outcome.hints) {
        if (std::find(hints.begin(), hints.end(), hint) == hints.end()) hints.push_back(std::move(hint));
      }
    }
    return give_up(why, std::move(hints));
  }

  Outcome try_candidate(const BaseCandidate& candidate) {
    switch (candidate.method) {
      case BaseMethod::none:
      case BaseMethod::empty_tree: return {true, std::nullopt, ""};
      case BaseMethod::parent: return {true, reach_.first_parent(reach_.resolve(candidate.revision)), ""};
      case BaseMethod::missing: return {false, std::nullopt, candidate.text};
      case BaseMethod::revision: return try_revision(candidate);
      case BaseMethod::merge_base: return try_merge_base(candidate);
    }
    return {};
  }

  Outcome try_merge_base(const BaseCandidate& candidate) {
    const std::string_view named =
        candidate.revision.empty() ? gitlab::value_of(variables_, "CI_DEFAULT_BRANCH") : candidate.revision;
    const auto head = ends_.head ? ends_.head : repository_.find_head();
    if (!head) return {true, std::nullopt, ""};  // nothing is committed yet: everything is new
    const Reached branch = reach_.find_branch(named);
    if (!branch.commit) return {false, std::nullopt, branch.why_not, branch.hints};
    const std::string_view name = named.empty() ? "the default branch" : named;
    try {
      const auto common = reach_.merge_base(*branch.commit, *head);
      if (common) return check(candidate, *common, fmt::format("the merge base with {}", name));
      return {false, std::nullopt, fmt::format("there is no common commit with {}", name)};
    } catch (const Error& error) {
      return {false, std::nullopt, error.what(), error.hints()};
    }
  }

  Outcome try_revision(const BaseCandidate& candidate) {
    const Reached reached = reach_.find(candidate.revision);
    if (!reached.commit) return {false, std::nullopt, reached.why_not, reached.hints};
    return check(candidate, *reached.commit, candidate.revision);
  }

  Outcome check(const BaseCandidate& candidate, const repo::CommitId& commit, std::string_view name) {
    try {
      if (candidate.only_if_ancestor && !reach_.is_ancestor(commit, *ends_.head)) return {};
    } catch (const Error& error) {
      return {false, std::nullopt, error.what(), error.hints()};
    }
    if (candidate.is_fallback && ends_.head && commit == *ends_.head)
      return {false, std::nullopt, fmt::format("{} is the head itself", name)};
    return {true, commit, ""};
  }

  Ends take(const BaseCandidate& candidate, std::optional<repo::CommitId> commit) {
    ends_.base = std::move(commit);
    ends_.reason = candidate.reason;
    ends_.text = candidate.text;
    if (candidate.reason == BaseReason::parent && !ends_.base) {
      ends_.reason = BaseReason::empty_tree;
      ends_.text = fmt::format("{} has no parent: everything is new", candidate.revision);
    }
    if (candidate.reason == BaseReason::merge_base && !ends_.base) {
      ends_.reason = BaseReason::empty_tree;
      ends_.text = "nothing is committed yet: everything is new";
    }
    return std::move(ends_);
  }

  Ends give_up(const std::string& why, std::vector<std::string> hints) {
    if (request_.on_missing_base == OnMissingBase::all) {
      ends_.is_missing = true;
      ends_.text = fmt::format("all states without gates, since there is no base: {}", why);
      return std::move(ends_);
    }
    // One hint about depth is enough.
    std::erase_if(hints, [](const std::string& hint) { return hint.find("GIT_DEPTH") != std::string::npos; });
    if (repository_.is_shallow()) hints.emplace_back("set GIT_DEPTH: \"0\" in the job, so that the history is there");
    hints.emplace_back("name a commit with --base");
    hints.emplace_back("or take every state, without gates: --on-missing-base all");
    throw Error(ErrorKind::environment, fmt::format("no commit to compare with: {}", why), std::move(hints));
  }

  const repo::Repository& repository_;
  const EndsRequest& request_;
  const gitlab::PredefinedVariables& variables_;
  CommitReach reach_;
  gitlab::BaseChoice choice_;
  Ends ends_;
};

}  // namespace

Ends choose_ends(const repo::Repository& repository, const EndsRequest& request,
                 const gitlab::PredefinedVariables& variables) {
  Ends ends = Chooser(repository, request, variables).choose();
  const auto tip = repository.find_commit("HEAD");
  ends.is_on_default_branch_tip =
      !ends.head && !ends.is_staged && ends.reason == gitlab::BaseReason::merge_base && ends.base && ends.base == tip;
  return ends;
}

}  // namespace statelane::comparison
