#include "runner/drift_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/escape.hpp"
#include "runner/artifacts.hpp"
#include "runner/utf8_text.hpp"

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view schema = "statelane/drift/1";

/// The number of drift jobs, which the pipeline tells; 0 when it does not.
std::size_t read_expected() {
  const char* text = std::getenv("STATELANE_EXPECTED");
  std::size_t number = 0;
  if (text != nullptr) std::from_chars(text, text + std::string_view(text).size(), number);
  return number;
}

std::size_t count_drifted(const std::vector<DriftResult>& results) {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(), [](const DriftResult& result) { return result.has_drifted; }));
}

}  // namespace

std::string render_drift_result(const DriftResult& result) {
  Json json;
  json["schema"] = schema;
  json["state"] = to_utf8(result.state);
  json["has_drifted"] = result.has_drifted;
  json["counts"] = {{"create", result.create}, {"update", result.update}, {"delete", result.remove}};
  if (result.changed_outside) json["changed_outside"] = *result.changed_outside;
  if (!result.tool_version.empty()) json["tool_version"] = to_utf8(result.tool_version);
  return json.dump(2) + "\n";
}

DriftResult parse_drift_result(std::string_view text, std::string_view place) {
  const Json json = Json::parse(text, nullptr, false);
  try {
    if (const std::string found = json.at("schema"); found != schema) {
      throw Error(ErrorKind::environment,
                  fmt::format("{} has schema {}, and this helper reads {}", place, found, schema),
                  {"use the same version of statelane in all jobs"});
    }
    DriftResult result;
    result.state = json.at("state");
    result.has_drifted = json.at("has_drifted");
    const Json& counts = json.at("counts");
    result.create = counts.at("create");
    result.update = counts.at("update");
    result.remove = counts.at("delete");
    // Earlier versions did not tell.
    if (json.contains("changed_outside")) result.changed_outside = json.at("changed_outside").get<std::int64_t>();
    if (json.contains("tool_version")) result.tool_version = json.at("tool_version");
    return result;
  } catch (const Json::exception&) {
    throw Error(ErrorKind::environment, fmt::format("{} is damaged", place), {"retry the drift job that wrote it"});
  }
}

std::vector<DriftResult> read_drift_results(const files::Place& directory) {
  std::vector<DriftResult> results;
  for (const std::string& slug : list_lanes(directory)) {
    const files::Place file = directory / slug / "drift.json";
    if (const auto text = files::read(file, largest_record))
      results.push_back(parse_drift_result(*text, escape_for_terminal(file.name.string())));
  }
  std::sort(results.begin(), results.end(),
            [](const DriftResult& left, const DriftResult& right) { return left.state < right.state; });
  return results;
}

std::string render_drift_summary(const std::vector<DriftResult>& results, std::size_t expected) {
  const std::size_t drifted = count_drifted(results);
  std::string text;
  if (drifted > 0) text += fmt::format("{:>8} {:>8} {:>8}  {}\n", "create", "update", "delete", "drifted");
  for (const DriftResult& result : results) {
    if (!result.has_drifted) continue;
    text += fmt::format("{:>8} {:>8} {:>8}  {}\n", result.create, result.update, result.remove,
                        escape_for_terminal(result.state));
  }
  text += fmt::format("{} of {} states {} drifted\n", drifted, results.size(), drifted == 1 ? "has" : "have");
  if (expected > results.size()) {
    text += fmt::format("{} of {} gave no answer: see the failed jobs\n", expected - results.size(), expected);
  }
  return text;
}

int run_drift_summary(const fs::path& project_directory) {
  const files::Place directory = artifacts_directory(project_directory);
  const std::vector<DriftResult> results = read_drift_results(directory);
  const std::size_t expected = read_expected();
  const std::string text = render_drift_summary(results, expected);
  fmt::print("{}", text);
  std::fflush(stdout);
  files::make_private_directory(directory);
  files::write(directory / "drift.txt", text);
  if (count_drifted(results) > 0) return 2;
  return expected > results.size() ? 1 : 0;
}

}  // namespace statelane::runner
