#include "support/test_repo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <stdexcept>

extern char** environ;

namespace statelane::support {

namespace fs = std::filesystem;

namespace {

using Environment = std::map<std::string, std::optional<std::string>>;

constexpr int first_second = 1700000000;
std::atomic<int> seconds = first_second;

Environment build_environment() {
  Environment result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string name(text.substr(0, text.find('=')));
    if (name != "PATH") result[name] = std::nullopt;
  }
  const std::string date = fmt::format("{} +0000", seconds++);
  for (const char* role : {"AUTHOR", "COMMITTER"}) {
    result[fmt::format("GIT_{}_NAME", role)] = "Test";
    result[fmt::format("GIT_{}_EMAIL", role)] = "test@example.com";
    result[fmt::format("GIT_{}_DATE", role)] = date;
  }
  result["GIT_CONFIG_GLOBAL"] = "/dev/null";
  result["GIT_CONFIG_NOSYSTEM"] = "1";
  result["GIT_TERMINAL_PROMPT"] = "0";
  result["LC_ALL"] = "C";
  result["HOME"] = "/nonexistent";
  return result;
}

}  // namespace

std::string quote_path(std::string_view path) {
  std::string result = "\"";
  for (const char byte : path) {
    const auto value = static_cast<unsigned char>(byte);
    if (value < 0x20 || value >= 0x7F || byte == '"' || byte == '\\') {
      result += fmt::format("\\{:03o}", value);
    } else {
      result += byte;
    }
  }
  return result + '"';
}

std::string render_file(const RepoPath& path, const repo::MemoryTree::File& file) {
  if (file.kind == repo::EntryKind::submodule)
    return fmt::format("M 160000 {} {}\n", file.content, quote_path(path.str()));
  const char* mode = file.kind == repo::EntryKind::symlink      ? "120000"
                     : file.kind == repo::EntryKind::executable ? "100755"
                                                                : "100644";
  return fmt::format("M {} inline {}\ndata {}\n{}\n", mode, quote_path(path.str()), file.content.size(), file.content);
}

process::Captured ask_git(const fs::path& directory, std::vector<std::string> arguments) {
  process::Command command;
  command.argv = {
      "git", "-c", "protocol.file.allow=always", "-c", "advice.detachedHead=false", "-c", "safe.directory=*"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.environment = build_environment();
  command.directory = directory;
  return process::run_captured(command, std::chrono::seconds(120));
}

std::string run_git(const fs::path& directory, std::vector<std::string> arguments) {
  const std::string what = fmt::format("git {}", fmt::join(arguments, " "));
  process::Captured answer = ask_git(directory, std::move(arguments));
  if (!answer.status.succeeded()) throw std::runtime_error(fmt::format("{} failed: {}", what, answer.err));
  if (answer.out.ends_with('\n')) answer.out.pop_back();
  return std::move(answer.out);
}

TestRepo::TestRepo(ScratchDirectory scratch) : scratch_(std::move(scratch)), path_(scratch_.path() / "repo") {}

TestRepo::TestRepo(const std::vector<std::string>& init_options) : TestRepo(ScratchDirectory()) {
  std::vector<std::string> arguments = {"init", "--quiet", "--initial-branch=main"};
  arguments.insert(arguments.end(), init_options.begin(), init_options.end());
  arguments.push_back(path_.string());
  run_git(scratch_.path(), arguments);
  git({"config", "uploadpack.allowFilter", "true"});
  git({"config", "uploadpack.allowAnySHA1InWant", "true"});
}

void TestRepo::write(std::string_view name, std::string_view text) const { write_file(path_ / name, text); }

void TestRepo::write_executable(std::string_view name, std::string_view text) const {
  write(name, text);
  fs::permissions(path_ / name, fs::perms::owner_all | fs::perms::group_read | fs::perms::others_read);
}

void TestRepo::symlink(std::string_view name, std::string_view target) const {
  fs::create_directories((path_ / name).parent_path());
  fs::create_symlink(target, path_ / name);
}

void TestRepo::remove(std::string_view name) const { fs::remove_all(path_ / name); }

std::string TestRepo::commit(const std::string& message) const {
  git({"add", "--all"});
  git({"commit", "--quiet", "--allow-empty", "--message", message});
  return git({"rev-parse", "HEAD"});
}

void TestRepo::branch(const std::string& name) const { git({"checkout", "--quiet", "-b", name}); }

void TestRepo::checkout(const std::string& revision) const { git({"checkout", "--quiet", revision}); }

void TestRepo::tag(const std::string& name) const { git({"tag", "--annotate", "--message", name, name}); }

std::string TestRepo::merge(const std::string& name) const {
  git({"merge", "--quiet", "--no-ff", "--message", "merge " + name, name});
  return git({"rev-parse", "HEAD"});
}

std::string TestRepo::commit_files(const Files& files, const std::vector<std::string>& parents,
                                   const std::string& branch) const {
  std::string stream = fmt::format("commit refs/heads/{}\ncommitter Test <test@example.com> {} +0000\ndata 6\nchange\n",
                                   branch, seconds++);
  for (std::size_t index = 0; index < parents.size(); ++index) {
    stream += fmt::format("{} {}\n", index == 0 ? "from" : "merge", git({"rev-parse", parents[index] + "^{commit}"}));
  }
  stream += "deleteall\n";
  for (const auto& [path, file] : files) stream += render_file(path, file);
  const fs::path input = scratch_.path() / "fast-import";
  write_file(input, stream);
  process::Command command;
  command.argv = {"sh", "-c", "exec git fast-import --quiet --force < \"$1\"", "sh", input.string()};
  command.environment = build_environment();
  command.directory = path_;
  const process::Captured answer = process::run_captured(command, std::chrono::seconds(60));
  if (!answer.status.succeeded()) throw std::runtime_error("git fast-import failed: " + answer.err);
  return git({"rev-parse", "refs/heads/" + branch});
}

TestRepo TestRepo::clone(const std::vector<std::string>& options) const {
  TestRepo result{ScratchDirectory()};
  std::vector<std::string> arguments = {"clone", "--quiet"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  // Objects are shared only between directories of one machine.
  const bool is_shared = std::find(options.begin(), options.end(), "--shared") != options.end();
  arguments.push_back(is_shared ? path_.string() : url());
  arguments.push_back(result.path_.string());
  run_git(result.scratch_.path(), arguments);
  return result;
}

fs::path TestRepo::add_worktree(const std::string& revision) const {
  const fs::path directory = scratch_.path() / fmt::format("worktree-{}", seconds++);
  git({"worktree", "add", "--quiet", "--detach", directory.string(), revision});
  return directory;
}

}  // namespace statelane::support
