#include "runner/unit_tool.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>

#include "base/error.hpp"

extern char** environ;

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;

constexpr const char* socket_variable = "STATELANE_UNIT_DESK";
constexpr const char* program_variable = "STATELANE_UNIT_PROGRAM";
constexpr const char* tool_variable = "STATELANE_UNIT_TOOL";
constexpr const char* plan_variable = "STATELANE_UNIT_PLAN";

/// More than the system takes for the arguments and the environment of a program.
constexpr std::size_t largest_call = std::size_t{8} << 20;

/// The caller writes all at once; one that does not is none of ours.
constexpr int patience_ms = 10000;

constexpr int failed = 1;

[[noreturn]] void fail(std::string_view what) {
  throw Error(ErrorKind::environment,
              fmt::format("cannot run Terragrunt: {}: {}", what, std::generic_category().message(errno)));
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    fail(path);
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

/// Its paths must be short, which those of a project need not be.
fs::path make_directory() {
  const char* set = std::getenv("TMPDIR");
  constexpr std::size_t longest = 60;
  const bool is_short = set != nullptr && *set == '/' && std::strlen(set) < longest;
  std::string name = fmt::format("{}/statelane.XXXXXX", is_short ? set : "/tmp");
  if (::mkdtemp(name.data()) == nullptr) fail(name);
  return name;
}

void add_text(std::string& message, std::string_view text) {
  message += text;
  message += '\0';
}

/// `COUNT DIRECTORY ARGUMENT… VARIABLE…`, each ended by a zero byte; the count is of the arguments.
std::string write_call(int argument_count, char** arguments) {
  std::string message;
  add_text(message, std::to_string(argument_count - 1));
  add_text(message, fs::current_path().string());
  for (int index = 1; index < argument_count; ++index) add_text(message, arguments[index]);
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) add_text(message, *entry);
  return message;
}

std::vector<std::string> split_texts(std::string_view message) {
  std::vector<std::string> result;
  for (std::size_t end = message.find('\0'); end != std::string_view::npos; end = message.find('\0')) {
    result.emplace_back(message.substr(0, end));
    message.remove_prefix(end + 1);
  }
  return result;
}

/// The changes to this process's environment that make it the one of `entries`.
EnvironmentChanges changes_to(const std::vector<std::string>& entries, std::size_t first) {
  EnvironmentChanges result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    result[std::string(text.substr(0, text.find('=')))] = std::nullopt;
  }
  for (std::size_t index = first; index < entries.size(); ++index) {
    const std::size_t equals = entries[index].find('=');
    if (equals != std::string::npos) result[entries[index].substr(0, equals)] = entries[index].substr(equals + 1);
  }
  return result;
}

std::optional<ToolRequest> read_call(std::string_view message) {
  const std::vector<std::string> texts = split_texts(message);
  std::size_t count = 0;
  if (texts.size() < 2) return std::nullopt;
  const std::string& number = texts.front();
  if (std::from_chars(number.data(), number.data() + number.size(), count).ec != std::errc()) return std::nullopt;
  if (count > texts.size() - 2) return std::nullopt;
  const auto arguments = texts.begin() + 2;
  return ToolRequest{
      texts[1], {arguments, arguments + static_cast<std::ptrdiff_t>(count)}, changes_to(texts, 2 + count)};
}

/// All that comes until the other side has no more; empty where it does not end.
std::string receive_all(int descriptor) {
  std::string message;
  std::array<char, 65536> piece{};
  for (;;) {
    pollfd waiting{descriptor, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, patience_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return "";
    const ssize_t size = ::recv(descriptor, piece.data(), piece.size(), 0);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size < 0 || message.size() > largest_call) return "";
    if (size == 0) return message;
    message.append(piece.data(), static_cast<std::size_t>(size));
  }
}

bool send_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

/// `plan … -out=PLAN …` or `apply … PLAN`.
bool is_for_desk(int argument_count, char** arguments, std::string_view plan) {
  if (argument_count < 3 || plan.empty()) return false;
  const std::string_view verb = arguments[1];
  if (verb == "apply") return arguments[argument_count - 1] == plan;
  if (verb != "plan") return false;
  for (int index = 2; index < argument_count; ++index) {
    const std::string_view argument = arguments[index];
    if (argument.starts_with("-out=") && argument.substr(5) == plan) return true;
  }
  return false;
}

/// Terragrunt sends its signals here, and none of them is for Terraform.
int ask_desk(const std::string& desk, int argument_count, char** arguments) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) std::signal(signal, SIG_IGN);
  const FileDescriptor call(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(desk);
  if (::connect(call.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return failed;
  if (!send_all(call.get(), write_call(argument_count, arguments))) return failed;
  ::shutdown(call.get(), SHUT_WR);
  std::uint8_t code = failed;
  ssize_t size = 0;
  do {
    size = ::recv(call.get(), &code, 1, 0);
  } while (size < 0 && errno == EINTR);
  return size == 1 ? code : failed;  // without an answer the helper is gone
}

[[noreturn]] void become(const std::string& tool, char** arguments) {
  std::string name = tool;
  arguments[0] = name.data();
  ::execvp(name.c_str(), arguments);
  constexpr int not_found = 127;
  ::dprintf(STDERR_FILENO, "statelane: cannot run %s: %s\n", name.c_str(), std::strerror(errno));
  ::_exit(not_found);
}

std::string read_variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

ToolDesk::ToolDesk(const std::string& tool, const fs::path& plan_file)
    : tool_(tool), plan_file_(plan_file), directory_(make_directory()), name_(fs::path(tool).filename().string()) {
  if (::symlink(fs::read_symlink("/proc/self/exe").c_str(), program().c_str()) != 0) fail(program());
  listening_ = FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_un address = address_of((directory_ / "desk").string());
  if (::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
  if (::listen(listening_.get(), 1) != 0) fail("listen");
}

ToolDesk::~ToolDesk() {
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

EnvironmentChanges ToolDesk::environment() const {
  return {{socket_variable, (directory_ / "desk").string()},
          {program_variable, program()},
          {tool_variable, tool_},
          {plan_variable, plan_file_.string()}};
}

std::optional<ToolRequest> ToolDesk::take() {
  if (call_.is_open()) return std::nullopt;
  FileDescriptor call(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!call.is_open()) return std::nullopt;
  std::optional<ToolRequest> request = read_call(receive_all(call.get()));
  if (request) call_ = std::move(call);
  return request;
}

void ToolDesk::answer(int code) {
  const char byte = static_cast<char>(static_cast<std::uint8_t>(code));
  send_all(call_.get(), {&byte, 1});
  call_ = FileDescriptor();
}

std::optional<int> stand_in_for_tool(int argument_count, char** arguments) {
  const std::string desk = read_variable(socket_variable);
  if (argument_count < 1 || desk.empty() || read_variable(program_variable) != arguments[0]) return std::nullopt;
  if (is_for_desk(argument_count, arguments, read_variable(plan_variable)))
    return ask_desk(desk, argument_count, arguments);
  become(read_variable(tool_variable), arguments);
}

}  // namespace statelane::runner
