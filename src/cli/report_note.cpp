#include "cli/report_note.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/error.hpp"
#include "cli/network.hpp"
#include "runner/job_environment.hpp"
#include "runner/merge_request_note.hpp"

namespace statelane::cli {

namespace {

constexpr const char* token_variable = "STATELANE_NOTE_TOKEN";

/// Without the line break that a value pasted from a file ends with.
std::string read_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  while (!text.empty() && std::string_view(" \r\n\t").find(text.back()) != std::string_view::npos) text.pop_back();
  return text;
}

std::string read_number(const char* name) {
  std::string text = read_variable(name);
  const bool is_number = std::all_of(text.begin(), text.end(), [](char byte) { return byte >= '0' && byte <= '9'; });
  if (!is_number) throw Error(ErrorKind::usage, fmt::format("{} is \"{}\", and no number", name, text));
  return text;
}

bool is_plain(const std::string& key) {
  const auto is_allowed = [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           std::string_view("._-").find(byte) != std::string_view::npos;
  };
  // Two dashes would end the comment that the key stands in.
  return !key.empty() && std::all_of(key.begin(), key.end(), is_allowed) && key.find("--") == std::string::npos;
}

/// The page that this job keeps, for whoever wants more than the note says.
runner::NoteFooter link_to(const Options& options) {
  const std::string job = read_variable("CI_JOB_URL");
  if (job.empty() || options.output.empty() || options.report_format == ReportFormat::markdown) return {};
  const std::size_t number = job.rfind('/') + 1;
  return {"\n[The whole report](" + job.substr(0, number), job.substr(number),
          fmt::format("/artifacts/file/{})\n", options.output)};
}

void say(runner::NoteOutcome outcome, const std::string& merge_request) {
  switch (outcome) {
    case runner::NoteOutcome::written: return fmt::print(stderr, "wrote a note to merge request !{}\n", merge_request);
    case runner::NoteOutcome::updated:
      return fmt::print(stderr, "brought the note of merge request !{} up to date\n", merge_request);
    case runner::NoteOutcome::unchanged:
      return fmt::print(stderr, "the note of merge request !{} says so already\n", merge_request);
    case runner::NoteOutcome::left_out:
      return fmt::print(stderr, "no note: nothing is affected, and merge request !{} has none\n", merge_request);
  }
}

/// GitLab takes 1,000,000 characters; what is left is for the mark and the footer.
constexpr std::size_t largest_note = 990'000;

std::string hide_certificates(const std::vector<runner::PlanCertificate>& certificates, std::size_t room) {
  const std::string key = runner::read_job_environment().review_key;
  std::string lines;
  std::size_t left = certificates.size();
  for (const runner::PlanCertificate& certificate : certificates) {
    const std::size_t share = lines.size() < room ? (room - lines.size()) / left : 0;
    lines += runner::render_hidden_certificate(certificate, key, share);
    --left;
  }
  return lines.empty() ? "" : "\n" + lines;
}

}  // namespace

void write_report_note(const emit::Report& report, const std::vector<runner::PlanCertificate>& certificates,
                       const Options& options) {
  const runner::NotePlace place{read_variable("CI_API_V4_URL"), read_number("CI_MERGE_REQUEST_PROJECT_ID"),
                                read_number("CI_MERGE_REQUEST_IID"), read_variable(token_variable)};
  if (place.merge_request.empty() || place.project.empty() || place.api_url.empty()) {
    return fmt::print(stderr, "no note: this is not the pipeline of a merge request\n");
  }
  if (place.token.empty()) return fmt::print(stderr, "no note: {} is not set\n", token_variable);
  if (!is_plain(options.note_key)) {
    throw Error(ErrorKind::usage, fmt::format("\"{}\" cannot mark a note", options.note_key),
                {"take letters, digits, dots, underscores and single dashes"});
  }
  runner::Note note{options.note_key, emit::render_report_markdown(report), link_to(options),
                    !report.lanes.empty() || !report.impact.unclaimed.empty() || !report.executed.empty()};
  note.text += hide_certificates(certificates, largest_note - std::min(largest_note, note.text.size()));
  http::Client client(read_network());
  const runner::NoteWorld world = runner::open_note_world(client);
  say(runner::publish_note(place, note, options.note_timeout, world), place.merge_request);
}

}  // namespace statelane::cli
