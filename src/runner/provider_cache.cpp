#include "runner/provider_cache.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <sstream>
#include <system_error>

#include "base/error.hpp"
#include "runner/artifacts.hpp"

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;

constexpr int entry_depth = 5;

/// Every directory `depth` levels below `top`, without following links: what is linked into a cache is not its own.
void visit_directories(const fs::path& top, int depth, const std::function<void(const fs::path&)>& visit) {
  if (depth == 0) return visit(top);
  std::error_code error;
  for (fs::directory_iterator entry(top, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (fs::is_directory(entry->symlink_status(ignored))) visit_directories(entry->path(), depth - 1, visit);
  }
}

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

void skip(std::string_view& text, std::string_view bytes) {
  text.remove_prefix(std::min(text.find_first_not_of(bytes), text.size()));
}

/// `$NAME` and `${NAME}` become the variable's value, as Go's os.ExpandEnv has it.
std::string expand(std::string_view text) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  std::string result;
  while (!text.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    result += text.substr(0, dollar);
    if (dollar == text.size()) break;
    text.remove_prefix(dollar + 1);
    const bool is_braced = text.starts_with('{');
    if (is_braced) text.remove_prefix(1);
    const std::size_t end = std::min(text.find_first_not_of(letters), text.size());
    result += variable(std::string(text.substr(0, end)));
    text.remove_prefix(std::min(end + (is_braced ? 1 : 0), text.size()));
  }
  return result;
}

/// Where the tool looks for its configuration, in the order in which settings win.
std::vector<fs::path> configuration_files(const ToolIdentity& tool) {
  for (const char* name : {"TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG"})
    if (const std::string file = variable(name); !file.empty()) return {file};
  const fs::path home = variable("HOME");
  const std::string xdg = variable("XDG_CONFIG_HOME");
  std::vector<fs::path> result;
  std::error_code error;
  if (tool.is_opentofu() && fs::exists(home / ".tofurc", error)) {
    result.push_back(home / ".tofurc");
  } else if (tool.is_opentofu() && !xdg.empty() && !fs::exists(home / ".terraformrc", error)) {
    result.push_back(fs::path(xdg) / "opentofu" / "tofurc");
  } else {
    result.push_back(home / ".terraformrc");
  }
  std::vector<fs::path> more;
  for (fs::directory_iterator entry(home / ".terraform.d", error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string file = entry->path().filename().string();
    if (file.ends_with(".tfrc") || file.ends_with(".tfrc.json")) more.push_back(entry->path());
  }
  std::sort(more.begin(), more.end());
  result.insert(result.end(), more.begin(), more.end());
  return result;
}

}  // namespace

ProviderCache choose_provider_cache(const LaneDescription& lane, const JobEnvironment& job,
                                    const std::string& configured, bool has_lock_file) {
  const fs::path own = lane.project_directory / ".statelane" / "cache" / "plugins";
  const auto set = job.terraform.find("TF_PLUGIN_CACHE_DIR");
  const bool is_set = set != job.terraform.end() && !set->second.empty();
  const std::string users = is_set ? set->second : configured;
  if (users.empty()) return {own, true, ""};
  if (has_lock_file) return {users, false, ""};
  return {own, true, fmt::format("{} ({})", is_set ? "TF_PLUGIN_CACHE_DIR" : "plugin_cache_dir", users)};
}

std::string describe_passed_over(const ProviderCache& cache) {
  return fmt::format(
      "statelane: the provider cache of {} is passed over: without a dependency lock file jobs would break it for each "
      "other\n  fix: commit .terraform.lock.hcl",
      cache.passed_over);
}

std::string read_plugin_cache_dir(std::string_view text) {
  constexpr std::string_view name = "plugin_cache_dir";
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
    std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
    skip(line, " \t{\"");
    if (line.starts_with(name)) {
      line.remove_prefix(name.size());
      skip(line, " \t\"=:");
      return expand(line.substr(0, line.find('"')));
    }
    if (text.find('\n', begin) == std::string_view::npos) break;
  }
  return "";
}

std::string find_plugin_cache_dir(const ToolIdentity& tool) {
  for (const fs::path& file : configuration_files(tool)) {
    std::string found = read_plugin_cache_dir(read_followed(file, largest_record).value_or(""));
    if (!found.empty()) return found;
  }
  return "";
}

CacheFilling::CacheFilling(const fs::path& cache, Supervisor& supervisor, JobLog& log)
    : cache_(cache), list_{cache, ".statelane.filling"} {
  if (!lock(supervisor, log)) return;
  recover(log);
  before_ = entries();
  std::string text;
  for (const auto& [entry, time] : before_) text += fmt::format("{} {}\n", time, entry);
  try {
    files::write(list_, text);
    is_filling_ = true;
  } catch (const Error&) {
    // A cache that nothing can be written to cannot be spoiled either.
  }
}

CacheFilling::~CacheFilling() {
  if (!is_filling_) return;
  remove_others(before_);
  finish();
}

void CacheFilling::finish() {
  if (is_filling_) files::remove_quietly(list_);
  is_filling_ = false;
}

bool CacheFilling::lock(Supervisor& supervisor, JobLog& log) {
  constexpr std::chrono::milliseconds look_again{100};
  file_ = FileDescriptor(
      ::open((cache_ / ".statelane.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666));
  bool is_told = false;
  while (file_.is_open() && ::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return false;
    if (!is_told) log.line(fmt::format("statelane: waiting for another job that fills {}", cache_.string()));
    is_told = true;
    if (!supervisor.pause(look_again)) return false;
  }
  return file_.is_open();
}

CacheFilling::Entries CacheFilling::entries() const {
  Entries result;
  visit_directories(cache_, entry_depth, [&](const fs::path& entry) {
    std::error_code error;
    const auto time = fs::last_write_time(entry, error).time_since_epoch().count();
    if (!error) result.emplace(entry.lexically_relative(cache_).string(), std::to_string(time));
  });
  return result;
}

void CacheFilling::remove_others(const Entries& whole) const {
  for (const auto& [entry, time] : entries()) {
    const auto known = whole.find(entry);
    if (known != whole.end() && known->second == time) continue;
    std::error_code ignored;
    fs::remove_all(cache_ / entry, ignored);
  }
}

void CacheFilling::recover(JobLog& log) const {
  const std::optional<std::string> text = files::read(list_, largest_record);
  if (!text) return;
  Entries whole;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t blank = line.find(' ');
    if (blank != std::string::npos) whole.emplace(line.substr(blank + 1), line.substr(0, blank));
  }
  log.line(fmt::format("statelane: a job was killed while it filled {}; what it may have left half written is removed",
                       cache_.string()));
  remove_others(whole);
}

}  // namespace statelane::runner
