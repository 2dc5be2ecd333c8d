#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "repo/repository_handle.hpp"

namespace statelane::repo {

namespace {

using RemoteRef = Repository::RemoteRef;

/// As many as a command line carries.
constexpr std::size_t most_prefixes = 2000;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::environment, "cannot ask origin for its refs: " + why,
              {"git ls-remote origin shows the same"});
}

/// Refs as they come, line by line.
class RefReader {
 public:
  RefReader(const std::vector<std::string>& prefixes, std::size_t most_bytes)
      : prefixes_(prefixes.begin(), prefixes.end()), most_bytes_(most_bytes) {}

  /// Lines of `git ls-remote`: `ID TAB NAME`.
  void take_list(std::string_view piece) {
    take(piece, [&](std::string_view line) { add(line, line.find('\t')); });
  }

  /// Lines of git's trace of packets: `packet: fetch< ID NAME`, and what else git says, which is kept.
  void take_trace(std::string_view piece) {
    take(piece, [&](std::string_view line) {
      if (!line.starts_with("packet:")) {
        if (errors_.size() < most_errors) errors_.append(line).append("\n");
        return;
      }
      has_trace_ = true;
      const std::size_t mark = line.find("< ");
      if (mark == std::string_view::npos) return;
      std::string_view packet = line.substr(mark + 2);
      const std::size_t space = packet.find(' ');
      // What follows the name: what a tag leads to, or in the older protocol what the server can do.
      const std::size_t end = packet.find_first_of(" \\", space == std::string_view::npos ? space : space + 1);
      add(packet.substr(0, end), space);
    });
  }

  bool has_trace() const { return has_trace_; }
  const std::string& errors() const { return errors_; }
  std::vector<RemoteRef> refs() const {
    std::vector<RemoteRef> result;
    for (const auto& [name, commit] : refs_) result.push_back({name, commit});
    return result;
  }

 private:
  static constexpr std::size_t most_errors = 1 << 16;

  template <typename Take>
  void take(std::string_view piece, const Take& take_line) {
    bytes_ += piece.size();
    if (bytes_ > most_bytes_) throw Error(ErrorKind::environment, "origin has more refs than can be read");
    rest_ += piece;
    std::size_t begin = 0;
    for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
      take_line(std::string_view(rest_).substr(begin, end - begin));
      begin = end + 1;
    }
    rest_.erase(0, begin);
  }

  /// A server may send others; git itself matches the end of names.
  void add(std::string_view line, std::size_t space) {
    const std::string_view id = line.substr(0, std::min(space, line.size()));
    const bool is_id =
        (id.size() == 40 || id.size() == 64) && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    if (space == std::string_view::npos || !is_id) return;
    const std::string_view name = line.substr(space + 1);
    auto prefix = prefixes_.upper_bound(std::string(name));
    if (prefix == prefixes_.begin() || !name.starts_with(*--prefix)) return;
    refs_.emplace(name, id);
  }

  std::set<std::string> prefixes_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::string rest_;
  std::string errors_;
  bool has_trace_ = false;
  std::map<std::string, CommitId> refs_;
};

template <typename... Sinks>
process::Captured ask(const process::Command& command, std::chrono::seconds time_out, const Sinks&... sinks) {
  process::Captured answer;
  try {
    answer = process::run_streamed(command, time_out, sinks...);
  } catch (const Error& error) {
    throw Error(ErrorKind::environment, fmt::format("cannot ask origin for its refs: {}", error.what()),
                error.hints().empty() ? std::vector<std::string>{git_missing_hint} : error.hints());
  }
  if (answer.timed_out) refuse(fmt::format("no answer in {} s", time_out.count()));
  return answer;
}

/// A fetch that asks for what begins with the prefixes and takes nothing of it. `git ls-remote` would ask for all refs
/// and sort out here. Empty where git cannot say this, as before 2.29.
std::optional<std::vector<RemoteRef>> ask_by_prefix(const GitPlace& place, const std::vector<std::string>& prefixes,
                                                    std::chrono::seconds time_out, std::size_t most_bytes) {
  std::vector<std::string> words = {"fetch",
                                    "--dry-run",
                                    "--quiet",
                                    "--no-tags",
                                    "--no-prune",
                                    "--no-write-fetch-head",
                                    "--recurse-submodules=no",
                                    "--no-auto-maintenance",
                                    "origin"};
  for (const std::string& prefix : prefixes) words.push_back(prefix + "*:refs/statelane/*");
  words.emplace_back("^refs/*");
  process::Command command = build_git_command(place, std::move(words));
  command.environment["GIT_TRACE_PACKET"] = "1";
  command.environment["GIT_TRACE_BARE"] = "1";
  RefReader reader(prefixes, most_bytes);
  const process::Captured answer = ask(
      command, time_out, [](std::string_view) {}, [&](std::string_view piece) { reader.take_trace(piece); });
  if (!answer.status.succeeded() && reader.has_trace()) refuse(first_complaint(reader.errors()));
  return reader.has_trace() ? std::optional(reader.refs()) : std::nullopt;
}

std::vector<RemoteRef> ask_for_all(const GitPlace& place, const std::vector<std::string>& prefixes,
                                   std::chrono::seconds time_out, std::size_t most_bytes) {
  std::vector<std::string> words = {"ls-remote", "--quiet", "--refs", "origin"};
  if (prefixes.size() == 1) words.push_back(prefixes.front() + "*");
  RefReader reader(prefixes, most_bytes);
  const process::Captured answer = ask(build_git_command(place, std::move(words)), time_out,
                                       [&](std::string_view piece) { reader.take_list(piece); });
  if (!answer.status.succeeded()) refuse(first_complaint(answer.err));
  return reader.refs();
}

}  // namespace

std::vector<RemoteRef> Repository::remote_refs(const std::vector<std::string>& prefixes, std::chrono::seconds time_out,
                                               std::size_t most_bytes) const {
  std::vector<RemoteRef> result;
  for (std::size_t begin = 0; begin < prefixes.size(); begin += most_prefixes) {
    const auto end = std::min(prefixes.size(), begin + most_prefixes);
    const std::vector<std::string> some(prefixes.begin() + static_cast<std::ptrdiff_t>(begin),
                                        prefixes.begin() + static_cast<std::ptrdiff_t>(end));
    auto found = ask_by_prefix(handle_->place(), some, time_out, most_bytes);
    if (!found) return ask_for_all(handle_->place(), prefixes, time_out, most_bytes);
    result.insert(result.end(), found->begin(), found->end());
  }
  return result;
}

}  // namespace statelane::repo
