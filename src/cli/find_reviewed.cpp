#include "cli/find_reviewed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "applied/reviewed.hpp"
#include "base/error.hpp"
#include "cli/network.hpp"
#include "cli/read_ledger.hpp"
#include "gitlab/names.hpp"
#include "http/client.hpp"
#include "runner/plan_certificate.hpp"

namespace statelane::cli {

namespace {

using runner::FoundCertificate;
using runner::ReviewedPlan;

constexpr std::string_view certificate_mark = "<!-- statelane certificate ";

std::string read_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  while (!text.empty() && std::string_view(" \r\n\t").find(text.back()) != std::string_view::npos) text.pop_back();
  return text;
}

/// Who writes the notes; empty where nobody is configured.
std::optional<std::int64_t> read_author() {
  const std::string text = read_variable("STATELANE_NOTE_AUTHOR");
  if (text.empty()) return std::nullopt;
  std::int64_t id = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (fault != std::errc() || end != text.data() + text.size())
    throw Error(ErrorKind::usage, fmt::format("STATELANE_NOTE_AUTHOR is \"{}\", and no user's number", text));
  return id;
}

/// The merge request, and its commit that was merged.
struct Merged {
  std::uint64_t number = 0;
  std::string head{};
  bool is_told_by_gitlab = false;
};

/// One search: who is asked, with which token.
class Search {
 public:
  Search(const repo::Repository& repository, const Options& options, const runner::JobEnvironment& job,
         const runner::LaneDescription& lane)
      : repository_(repository), job_(job), lane_(lane), client_(read_network()) {
    ApiChoice choice = choose_api(repository);
    why_no_api_ = choice.why_not;
    if (!choice.place) return;
    applied::ApiPlace place = *choice.place;
    api_.emplace(place, applied::open_world(client_), options.ledger_timeout);
    const std::string token = read_variable("STATELANE_NOTE_TOKEN");
    if (token.empty()) return;
    place.token_header = "PRIVATE-TOKEN";
    place.token = token;
    note_api_.emplace(place, applied::open_world(client_), options.ledger_timeout);
  }

  ReviewedPlan run() {
    if (!api_) return {.why_not = why_no_api_};
    std::string why_not;
    const std::optional<Merged> merged = find_merged(why_not);
    if (!merged) return {.why_not = why_not};
    ReviewedPlan plan{.merge_request = fmt::format("!{}", merged->number)};
    if (!take_from_notes(*merged, plan)) take_from_artifacts(*merged, plan);
    if (!plan.certificate) {
      plan.why_not = fmt::format("{} has no certificate of {}{}", plan.merge_request, lane_.state_id, plan.why_not);
      return plan;
    }
    plan.why_not.clear();
    refuse_stale(*merged, plan);
    return plan;
  }

 private:
  std::optional<Merged> find_merged(std::string& why_not) {
    applied::CommitRequests answer = applied::find_commit_requests(*api_, job_.commit);
    if (!answer.requests && note_api_) answer = applied::find_commit_requests(*note_api_, job_.commit);
    if (!answer.requests) return find_by_message(answer.why_not, why_not);
    std::vector<applied::CommitRequest>& requests = *answer.requests;
    std::erase_if(requests, [&](const applied::CommitRequest& request) {
      return !request.is_merged || request.target_branch != job_.branch;
    });
    if (requests.empty()) {
      why_not = fmt::format("GitLab knows no merge request to {} that brought this commit", job_.branch);
      return std::nullopt;
    }
    if (requests.size() > 1) {
      why_not = fmt::format("!{} and !{} both brought this commit", requests[0].number, requests[1].number);
      return std::nullopt;
    }
    return Merged{requests.front().number, requests.front().head, true};
  }

  /// Anybody who may merge can write a message: it says where to look, and no more. The merge's second parent is the
  /// commit that was merged; a commit that was squashed or rebased has none.
  std::optional<Merged> find_by_message(const std::string& why_not_asked, std::string& why_not) {
    const auto number =
        applied::find_request_in_message(read_variable("CI_COMMIT_MESSAGE"), read_variable("CI_PROJECT_PATH"));
    const auto second = number ? repository_.find_commit(job_.commit + "^2") : std::nullopt;
    if (second) return Merged{*number, *second, false};
    why_not = fmt::format("which merge request brought this commit is not known: {}{}", why_not_asked,
                          number ? "; its message names one, and it is no merge whose parents are here" : "");
    return std::nullopt;
  }

  bool take_from_notes(const Merged& merged, ReviewedPlan& plan) {
    const applied::RequestNotes answer =
        applied::find_notes(note_api_ ? *note_api_ : *api_, merged.number, certificate_mark);
    if (!answer.notes) {
      plan.why_not = fmt::format(": its notes cannot be read, {}{}", answer.why_not,
                                 note_api_ ? "" : ", and STATELANE_NOTE_TOKEN is not set");
      return false;
    }
    const std::optional<std::int64_t> author = read_author();
    for (const applied::ReadNote& note : *answer.notes) {
      if (author && note.author != *author) continue;
      for (FoundCertificate& found : runner::find_hidden_certificates(note.body, job_.review_key)) {
        if (found.certificate.state != lane_.state_id) continue;
        // Anybody may write a note; without an author only the key tells whose it is.
        if (!author && !found.is_signed) {
          plan.why_not = ": STATELANE_NOTE_AUTHOR does not say whose notes count";
          continue;
        }
        plan.is_proven = author && found.is_signed && merged.is_told_by_gitlab;
        plan.certificate = std::move(found);
        return true;
      }
    }
    return false;
  }

  void take_from_artifacts(const Merged& merged, ReviewedPlan& plan) {
    const auto text = applied::read_request_artifact(*api_, merged.number, gitlab::job_name("plan", lane_.state_id),
                                                     fmt::format(".statelane/{}/certificate.json", lane_.slug));
    if (!text) return;
    try {
      FoundCertificate found = runner::parse_certificate(*text, job_.review_key);
      if (found.certificate.state == lane_.state_id) plan.certificate = std::move(found);
    } catch (const Error& error) {
      plan.why_not = fmt::format(": {}", error.what());
    }
  }

  /// What was planned is not what was merged, or is another merge request's.
  void refuse_stale(const Merged& merged, ReviewedPlan& plan) const {
    const runner::PlanCertificate& found = plan.certificate->certificate;
    const std::string_view planned = found.source.empty() ? found.commit : found.source;
    if (found.merge_request != fmt::to_string(merged.number)) {
      plan.why_not = fmt::format("the certificate in {} is of !{}", plan.merge_request, found.merge_request);
    } else if (planned != merged.head) {
      plan.why_not = fmt::format("{} was merged at {}, and its last plan is of {}", plan.merge_request,
                                 merged.head.substr(0, 12), planned.substr(0, 12));
    }
    if (!plan.why_not.empty()) plan.certificate.reset();
  }

  const repo::Repository& repository_;
  const runner::JobEnvironment& job_;
  const runner::LaneDescription& lane_;
  http::Client client_;
  std::string why_no_api_;
  std::optional<applied::Api> api_;
  std::optional<applied::Api> note_api_;
};

}  // namespace

ReviewedPlan find_reviewed_plan(const repo::Repository& repository, const Options& options,
                                const runner::JobEnvironment& job, const runner::LaneDescription& lane) {
  try {
    return Search(repository, options, job, lane).run();
  } catch (const Error& error) {
    return {.why_not = error.what()};
  }
}

}  // namespace statelane::cli
