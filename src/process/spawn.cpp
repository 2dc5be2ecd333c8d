#include "process/spawn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include "base/error.hpp"
#include "process/find_program.hpp"

extern char** environ;

namespace statelane::process {

namespace {

/// The file actions and attributes of posix_spawn; released at the end of the scope.
struct SpawnSetup {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};

  SpawnSetup() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

std::vector<std::string> build_environment(const Command& command) {
  std::vector<std::string> result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!command.environment.contains(std::string(text.substr(0, text.find('='))))) result.emplace_back(text);
  }
  for (const auto& [name, value] : command.environment) {
    if (value) result.push_back(name + "=" + *value);
  }
  return result;
}

std::string_view search_path(const std::vector<std::string>& environment) {
  for (const std::string& entry : environment) {
    if (entry.starts_with("PATH=")) return std::string_view(entry).substr(5);
  }
  return "/usr/local/bin:/usr/bin:/bin";
}

std::vector<char*> to_pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

void prepare(SpawnSetup& setup, const Command& command, int output, int errors, int input) {
  if (input < 0) {
    posix_spawn_file_actions_addopen(&setup.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  } else {
    posix_spawn_file_actions_adddup2(&setup.actions, input, STDIN_FILENO);
  }
  posix_spawn_file_actions_adddup2(&setup.actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&setup.actions, errors, STDERR_FILENO);
  if (!command.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&setup.actions, command.directory.c_str());
  }
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&setup.attributes, &none);
  sigset_t all;
  sigfillset(&all);
  sigdelset(&all, SIGKILL);
  sigdelset(&all, SIGSTOP);
  sigdelset(&all, SIGHUP);  // a handler of ours becomes the default by itself, and an ignored one stays ignored
  posix_spawnattr_setsigdefault(&setup.attributes, &all);
  posix_spawnattr_setpgroup(&setup.attributes, 0);
  const int group = command.own_session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;  // a session has a group as well
  posix_spawnattr_setflags(&setup.attributes,
                           static_cast<short>(group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
}

void check_directory(const std::filesystem::path& directory) {
  if (directory.empty() || ::access(directory.c_str(), X_OK) == 0) return;
  throw Error(ErrorKind::environment,
              fmt::format("cannot enter directory {}: {}", directory.string(), std::strerror(errno)));
}

[[noreturn]] void fail(const std::string& program, int reason) {
  const std::string text = std::generic_category().message(reason);
  if (reason == ENOENT && ::access(program.c_str(), F_OK) != 0) {
    throw Error(ErrorKind::not_found, fmt::format("cannot find the program {}", program));
  }
  if (reason == ENOENT) {
    throw Error(ErrorKind::cannot_execute,
                fmt::format("cannot execute {}: the interpreter or loader that it names is missing", program));
  }
  throw Error(ErrorKind::cannot_execute, fmt::format("cannot execute {}: {}", program, text));
}

}  // namespace

pid_t spawn(const Command& command, int output, int errors, int input) {
  if (command.argv.empty()) throw Error(ErrorKind::not_found, "cannot run an empty command");
  struct sigaction child_action {};
  sigaction(SIGCHLD, nullptr, &child_action);
  if (child_action.sa_handler == SIG_IGN) std::signal(SIGCHLD, SIG_DFL);

  check_directory(command.directory);
  std::vector<std::string> environment = build_environment(command);
  const std::string program = find_program(command.argv[0], search_path(environment));
  SpawnSetup setup;
  prepare(setup, command, output, errors, input);
  std::vector<std::string> arguments = command.argv;
  pid_t pid = -1;
  const int result = posix_spawn(&pid, program.c_str(), &setup.actions, &setup.attributes,
                                 to_pointers(arguments).data(), to_pointers(environment).data());
  if (result != 0) fail(program, result);
  return pid;
}

std::optional<ExitStatus> reap(pid_t pid, bool block) {
  int status = 0;
  pid_t result;
  do {
    result = ::waitpid(pid, &status, block ? 0 : WNOHANG);
  } while (result < 0 && errno == EINTR);
  if (result == 0) return std::nullopt;
  if (result < 0) throw std::system_error(errno, std::generic_category(), "waitpid");
  return WIFSIGNALED(status) ? ExitStatus::signaled(WTERMSIG(status)) : ExitStatus::exited(WEXITSTATUS(status));
}

}  // namespace statelane::process
