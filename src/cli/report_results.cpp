#include "cli/report_results.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/escape.hpp"
#include "emit/plan_text.hpp"
#include "gitlab/names.hpp"
#include "runner/apply_record.hpp"
#include "runner/artifacts.hpp"
#include "runner/plan_metadata.hpp"
#include "runner/plan_review.hpp"

namespace statelane::cli {

namespace {

constexpr std::uint64_t largest_text = std::uint64_t{2} << 20;  ///< of one plan; a longer one is read in its job's log

template <typename Value>
std::optional<Value> read_artifact(const files::Place& file, Value (*parse)(std::string_view)) {
  try {
    const auto text = files::read(file, runner::largest_record);
    return text ? std::optional(parse(*text)) : std::nullopt;
  } catch (const Error& error) {
    fmt::print(stderr, "warning: {} is left out: {}\n", escape_for_terminal(file.string()), escape_lines(error.what()));
    return std::nullopt;
  }
}

/// Something is known of the state, and it is not of another commit.
bool is_of(const std::string& id, const std::string& head, const std::string& state, const std::string& commit) {
  if (state != id) return false;
  if (head.empty() || commit.empty() || commit == head) return true;
  fmt::print(stderr, "warning: the plan of {} is left out: it was made for commit {}\n", escape_for_terminal(id),
             escape_for_terminal(commit));
  return false;
}

void add_apply(const files::Place& directory, emit::LaneResult& result) {
  const auto applied = read_artifact(directory / "applied.json", runner::parse_record);
  if (!applied) return;
  result.apply_exit_code = applied->exit_code;
  result.applied_by = applied->user;
  result.apply_job = applied->job_url;
  result.passed_guards.insert(result.passed_guards.end(), applied->passed_guards.begin(), applied->passed_guards.end());
  const std::time_t finished = applied->finished;
  std::tm utc{};
  if (::gmtime_r(&finished, &utc) != nullptr) result.applied_at = fmt::format("{:%Y-%m-%d %H:%M} UTC", utc);
}

}  // namespace

std::optional<emit::LaneResult> ResultReader::read(const std::string& id) {
  const files::Place directory = artifacts_ / gitlab::slug(id);
  const auto plan = read_artifact(directory / "meta.json", runner::parse_metadata);
  if (!plan) {
    // A plan that failed leaves its review alone.
    const auto review = read_artifact(directory / "review.json", runner::parse_review);
    if (!review || review->failure.empty() || !is_of(id, head_, review->state, review->commit)) return std::nullopt;
    emit::LaneResult failed;
    failed.failure = review->failure;
    failed.plan_job = review->job_url;
    return failed;
  }
  if (!is_of(id, head_, plan->state, plan->commit)) return std::nullopt;
  emit::LaneResult result{plan->has_changes, plan->create, plan->update,       plan->remove,
                          plan->destroy,     {},           plan->passed_guards};
  add_review(directory, plan->text_digest, result);
  add_apply(directory, result);
  return result;
}

void ResultReader::add_review(const files::Place& directory, const std::string& text_digest, emit::LaneResult& result) {
  const auto review = read_artifact(directory / "review.json", runner::parse_review);
  if (!review) return;
  result.plan_job = review->job_url;
  result.left_out = review->left_out;
  result.verdict = review->verdict;
  result.verdict_details = review->verdict_details;
  for (const runner::ReviewedChange& change : review->changes)
    result.changes.push_back({change.action, change.address});
  for (const runner::OutputChange& output : review->outputs)
    result.outputs.push_back(output.action + " " + output.name);
  add_texts(directory, text_digest, result);
}

std::optional<runner::PlanCertificate> ResultReader::read_certificate(const std::string& id,
                                                                      const std::string& key) const {
  const files::Place file = artifacts_ / gitlab::slug(id) / "certificate.json";
  try {
    const auto text = files::read(file, runner::largest_record);
    if (!text) return std::nullopt;
    runner::PlanCertificate found = runner::parse_certificate(*text, key).certificate;
    return found.state == id && found.commit == head_ ? std::optional(std::move(found)) : std::nullopt;
  } catch (const Error& error) {
    fmt::print(stderr, "warning: {} is left out: {}\n", escape_for_terminal(file.string()), escape_lines(error.what()));
    return std::nullopt;
  }
}

void ResultReader::add_texts(const files::Place& directory, const std::string& text_digest, emit::LaneResult& result) {
  const auto text = read_artifact<std::string>(
      directory / "plan.txt", [](std::string_view whole) { return std::string(whole.substr(0, largest_text + 1)); });
  if (!text || text->size() > largest_text || sha256_hex(*text) != text_digest) return;
  std::vector<std::string> addresses;
  for (const emit::ReportChange& change : result.changes) {
    const std::size_t arrow = change.action == "move" ? change.address.find(" -> ") : std::string::npos;
    addresses.push_back(arrow == std::string::npos ? change.address : change.address.substr(arrow + 4));
  }
  const auto blocks = emit::split_plan_text(*text, addresses);
  for (std::size_t index = 0; index < addresses.size(); ++index) {
    const auto block = blocks.find(addresses[index]);
    if (block == blocks.end() || block->second.size() > text_left_) continue;
    text_left_ -= block->second.size();
    result.changes[index].text = block->second;
  }
}

}  // namespace statelane::cli
