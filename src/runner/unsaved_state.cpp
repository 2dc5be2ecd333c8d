#include "runner/unsaved_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.hpp"
#include "base/escape.hpp"
#include "runner/artifacts.hpp"

namespace statelane::runner {

namespace {

constexpr std::string_view ending = ".tfstate";

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char byte) { return byte >= '0' && byte <= '9'; });
}

}  // namespace

std::optional<files::Place> unsaved_states_directory(const LaneDescription& lane, const JobEnvironment& job) {
  const bool is_kept = job.ci && job.keeps_directories && !job.in_merge_request();
  if (!is_kept || job.builds_directory.empty() || !is_number(job.project_id)) return std::nullopt;
  return files::Place{job.builds_directory, ".statelane-unsaved"} / job.project_id / lane.slug;
}

std::vector<UnsavedState> find_unsaved_states(const LaneDescription& lane, const JobEnvironment& job) {
  std::vector<UnsavedState> result;
  const auto directory = unsaved_states_directory(lane, job);
  if (!directory) return result;
  for (const std::string& name : files::list(*directory)) {
    if (!name.ends_with(ending)) continue;
    const std::string number = name.substr(0, name.size() - ending.size());
    if (!is_number(number)) continue;
    const files::Place file = *directory / name;
    StateVersionReader reader;
    files::read_pieces(file, files::largest_file, [&](std::string_view piece) { reader.add(piece); });
    result.push_back({file, number, reader.finish()});
  }
  const auto order = [](const UnsavedState& left, const UnsavedState& right) {
    return left.job.size() != right.job.size() ? left.job.size() < right.job.size() : left.job < right.job;
  };
  std::sort(result.begin(), result.end(), order);
  return result;
}

StateVersionReader::StateVersionReader() : scanner_("", [this](const JsonEvent& event) { return take(event); }) {}

void StateVersionReader::add(std::string_view piece) {
  for (std::string_view rest = piece; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    line_.append(rest.substr(0, end));
    if (end < rest.size()) end_line();
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (is_damaged_) return;
  try {
    scanner_.add(piece);
  } catch (const Error&) {
    is_damaged_ = true;
    version_ = {};
  }
}

/// Terraform writes each of a state's own settings on a line, indented by two.
void StateVersionReader::end_line() {
  constexpr std::array<std::string_view, 3> of_version = {R"(  "lineage":)", R"(  "serial":)",
                                                          R"(  "terraform_version":)"};
  const bool is_version = std::any_of(of_version.begin(), of_version.end(),
                                      [this](std::string_view begin) { return line_.starts_with(begin); });
  if (!is_version && !line_.empty()) content_.add_field(line_);  // `state pull` ends with one more line
  line_.clear();
}

StateVersion StateVersionReader::finish() {
  if (!line_.empty()) end_line();
  version_.content = content_.finish_hex();
  return std::move(version_);
}

/// Only the two are entered, so that their depth is that of the state itself.
JsonScanner::Answer StateVersionReader::take(const JsonEvent& event) {
  using Kind = JsonEvent::Kind;
  if (event.kind == Kind::key) {
    key_ = event.text;
    return key_ == "lineage" || key_ == "serial" ? JsonScanner::Answer::enter : JsonScanner::Answer::skip;
  }
  if (event.kind == Kind::string && key_ == "lineage") version_.lineage = event.text;
  if (event.kind == Kind::scalar && key_ == "serial") {
    std::int64_t serial = 0;
    const char* end = event.text.data() + event.text.size();
    if (std::from_chars(event.text.data(), end, serial).ptr == end) version_.serial = serial;
  }
  return JsonScanner::Answer::enter;
}

bool holds(const StateVersion& stored, const StateVersion& unsaved) {
  if (unsaved.lineage.empty() || !unsaved.serial || !stored.serial) return false;
  if (stored.lineage != unsaved.lineage) return stored.content == unsaved.content;
  return *stored.serial >= *unsaved.serial;
}

std::string describe(const StateVersion& version) {
  if (version.lineage.empty() || !version.serial) return "lineage and serial not known";
  return fmt::format("lineage {}, serial {}", escape_for_terminal(version.lineage), *version.serial);
}

}  // namespace statelane::runner
