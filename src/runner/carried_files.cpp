#include "runner/carried_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <system_error>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "runner/utf8_text.hpp"

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;

fs::path top_of(const LaneDescription& lane) {
  return lane.files_directory.empty() ? lane.project_directory : lane.files_directory;
}

bool ends_with_any(std::string_view name, std::span<const std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return name.ends_with(end); });
}

/// What the tools leave in a directory; a state never travels.
bool is_litter(std::string_view name) {
  constexpr std::array<std::string_view, 5> ends = {".tfstate", ".tfstate.backup", ".lock.info", "crash.log",
                                                    ".terraform.lock.hcl"};
  return ends_with_any(name, ends);
}

bool is_read_by_tool_itself(std::string_view name) {
  constexpr std::array<std::string_view, 7> ends = {".tf",     ".tf.json",     ".tofu",     ".tofu.json",
                                                    ".tfvars", ".tfvars.json", ".tfbackend"};
  return ends_with_any(name, ends);
}

bool is_below(const fs::path& file, const fs::path& directory) {
  return file.string().starts_with(directory.string() + "/");
}

/// Directories of the tool that the user has put among the files.
std::vector<fs::path> find_tools_own(const LaneDescription& lane, const JobEnvironment& job) {
  std::vector<fs::path> result;
  for (const char* name : {"TF_DATA_DIR", "TF_PLUGIN_CACHE_DIR"}) {
    const auto set = job.terraform.find(name);
    if (set == job.terraform.end() || set->second.empty()) continue;
    result.push_back((lane_directory(lane) / set->second).lexically_normal());
  }
  return result;
}

std::vector<std::string> ask_uncommitted(const LaneDescription& lane) {
  return lane.find_uncommitted ? lane.find_uncommitted() : std::vector<std::string>{};
}

std::string in_megabytes(std::uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

[[noreturn]] void refuse_amount(const LaneDescription& lane, const JobEnvironment& job, const std::string& amount,
                                const std::string& example) {
  throw Error(ErrorKind::refused,
              fmt::format("refused to plan {}: files that git does not have would go with the plan, and they are {} "
                          "({})",
                          lane.state_id, amount, example),
              {"keep what is only built from outside of the directories that the state reads, or upload it in a job of "
               "its own and read it by its address",
               fmt::format("to go on all the same: {}", way_past(Guard::files, job.ci))});
}

std::vector<CarriedFile> find_files(const LaneDescription& lane, const JobEnvironment& job) {
  const std::vector<fs::path> tools_own = find_tools_own(lane, job);
  std::vector<CarriedFile> result;
  std::uint64_t total = 0;
  const CarriedFile* largest = nullptr;
  for (const std::string& path : ask_uncommitted(lane)) {
    const fs::path file = top_of(lane) / path;
    std::error_code error;
    if (is_litter(file.filename().string()) || !fs::is_regular_file(file, error)) continue;
    if (std::any_of(tools_own.begin(), tools_own.end(), [&](const fs::path& own) { return is_below(file, own); }))
      continue;
    const std::uint64_t size = fs::file_size(file, error);
    if (error) continue;
    if (to_utf8(path) != path) refuse_amount(lane, job, "not all named in UTF-8", to_utf8(path));
    const bool is_executable = (fs::status(file, error).permissions() & fs::perms::owner_exec) != fs::perms::none;
    result.push_back({path, "", size, is_executable});
    total += size;
  }
  for (const CarriedFile& file : result)
    if (largest == nullptr || file.size > largest->size) largest = &file;
  if (total > most_carried_bytes) {
    refuse_amount(lane, job,
                  fmt::format("{} in all, of at most {}", in_megabytes(total), in_megabytes(most_carried_bytes)),
                  fmt::format("the largest is {}, {}", largest->path, in_megabytes(largest->size)));
  }
  if (result.size() > most_carried_files)
    refuse_amount(lane, job, fmt::format("{}, of at most {}", result.size(), most_carried_files),
                  "such as " + largest->path);
  return result;
}

/// The way to the file leads through no link out of the files.
bool is_inside(const fs::path& file, const fs::path& top) {
  std::error_code error;
  const fs::path place = fs::weakly_canonical(file.parent_path(), error).lexically_relative(fs::canonical(top, error));
  return !error && !place.empty() && *place.begin() != "..";
}

bool is_plain(const fs::path& path) {
  return path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

}  // namespace

std::vector<CarriedFile> carry_files(const LaneDescription& lane, const JobEnvironment& job,
                                     const ArtifactPaths& paths) {
  std::vector<CarriedFile> result = find_files(lane, job);
  if (!result.empty()) files::make_private_directory(paths.files);
  for (CarriedFile& file : result) {
    const std::optional<std::string> text = read_followed(top_of(lane) / file.path, most_carried_bytes);
    if (!text) throw Error(ErrorKind::environment, fmt::format("cannot read {}", file.path));
    file.sha256 = sha256_hex(*text);
    files::write(paths.files / file.sha256, *text);
  }
  return result;
}

std::vector<Refusal> find_changed_files(const LaneDescription& lane, const std::vector<CarriedFile>& planned) {
  std::vector<Refusal> result;
  if (planned.empty()) return result;
  const std::vector<std::string> here = ask_uncommitted(lane);
  for (const CarriedFile& file : planned) {
    if (is_read_by_tool_itself(file.path) || std::find(here.begin(), here.end(), file.path) == here.end()) continue;
    const std::string now = digest_followed(top_of(lane) / file.path);
    if (now.empty() || now == file.sha256) continue;
    result.push_back({Guard::files,
                      fmt::format("{} is not the file that was planned with: git does not have it so, and this job "
                                  "has one with other bytes",
                                  file.path),
                      "let one job make it, and no script of the apply job; the plan brings it along"});
  }
  return result;
}

void lay_down_files(const LaneDescription& lane, const ArtifactPaths& paths, const std::vector<CarriedFile>& planned) {
  if (planned.empty()) return;
  const std::vector<std::string> here = ask_uncommitted(lane);
  for (const CarriedFile& file : planned) {
    const fs::path target = top_of(lane) / file.path;
    std::error_code error;
    // What the commit has there is not what was planned with; whatever else lies there was looked at before.
    const bool is_made_here = std::find(here.begin(), here.end(), file.path) != here.end();
    const fs::file_status status = fs::symlink_status(target, error);
    if (fs::exists(status) && (is_made_here || !fs::is_regular_file(status))) continue;
    const std::optional<std::string> text = files::read(paths.files / file.sha256, most_carried_bytes);
    const bool is_there = text && sha256_hex(*text) == file.sha256;
    if (!is_there || !is_plain(file.path) || !is_inside(target, top_of(lane))) {
      throw Error(ErrorKind::refused,
                  fmt::format("refused to apply {}: {}, which was planned with, is not among the artifacts of the plan "
                              "job as it was",
                              lane.state_id, file.path),
                  {"retry the plan job and review its plan"});
    }
    fs::create_directories(target.parent_path(), error);
    files::write({fs::canonical(target.parent_path(), error), target.filename()}, *text,
                 file.is_executable ? 0700 : 0600);
  }
}

}  // namespace statelane::runner
