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
  try {
    if (!is_damaged_) scanner_.add(piece);
  } catch (const Error&) {
    is_damaged_ = true;
  }
}

StateVersion StateVersionReader::finish() {
  try {
    scanner_.finish();
  } catch (const Error&) {
    is_damaged_ = true;
  }
  if (is_damaged_) return {};
  version_.content = content_.finish_hex();
  return std::move(version_);
}

/// The same for every way to write the same JSON: OpenTofu pulls a state on one line.
JsonScanner::Answer StateVersionReader::take(const JsonEvent& event) {
  using Kind = JsonEvent::Kind;
  constexpr std::array<std::string_view, 3> of_version = {"lineage", "serial", "terraform_version"};
  const bool begins = event.kind == Kind::begin_object || event.kind == Kind::begin_array;
  const bool ends = event.kind == Kind::end_object || event.kind == Kind::end_array;
  if (event.kind == Kind::key && depth_ == 1) key_ = event.text;
  if (ends) --depth_;
  const bool is_version = depth_ == 1 && std::find(of_version.begin(), of_version.end(), key_) != of_version.end();
  if (begins) ++depth_;
  if (!is_version) {
    content_.add_field(std::string(1, static_cast<char>('a' + static_cast<int>(event.kind))));
    content_.add_field(event.text);
    return JsonScanner::Answer::enter;
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
  if (!unsaved.serial || !stored.serial) return false;
  if (!unsaved.lineage.empty() && stored.lineage == unsaved.lineage) return *stored.serial >= *unsaved.serial;
  return stored.content == unsaved.content;
}

std::string describe(const StateVersion& version) {
  if (!version.serial) return "lineage and serial not known";
  if (version.lineage.empty()) return fmt::format("no lineage, serial {}", *version.serial);
  return fmt::format("lineage {}, serial {}", escape_for_terminal(version.lineage), *version.serial);
}

}  // namespace statelane::runner
