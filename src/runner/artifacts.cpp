#include "runner/artifacts.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "process/file_descriptor.hpp"

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& file, int reason) {
  throw Error(ErrorKind::environment, fmt::format("cannot write {}: {}", file.string(), std::strerror(reason)));
}

/// Hands the file to `sink` in pieces. False when it cannot be read to its end.
bool read_pieces(const fs::path& file, const std::function<void(std::string_view)>& sink) {
  const process::FileDescriptor source(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source.is_open()) return false;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = ::read(source.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0;
    sink({buffer.data(), static_cast<std::size_t>(count)});
  }
}

/// Takes terminal escapes out of text that comes in pieces.
class EscapeFilter {
 public:
  void add(std::string_view piece, std::string& result) {
    for (const char byte : piece) add(byte, result);
  }

 private:
  enum class State { text, escape, sequence };

  void add(char byte, std::string& result) {
    switch (state_) {
      case State::text:
        if (byte == '\x1b')
          state_ = State::escape;
        else if (byte != '\r')
          result += byte;
        break;
      case State::escape: state_ = byte == '[' ? State::sequence : State::text; break;
      case State::sequence:
        // ECMA-48: a control sequence ends with a byte from @ to ~.
        if (byte >= '@' && byte <= '~') state_ = State::text;
        break;
    }
  }

  State state_ = State::text;
};

}  // namespace

ArtifactPaths artifact_paths(const LaneDescription& lane) {
  const fs::path directory = lane.project_directory / ".statelane" / lane.slug;
  return {directory,
          directory / "plan.bin",
          directory / "plan.json",
          directory / "meta.json",
          directory / "plan.txt",
          directory / "output.txt",
          directory / "errored.tfstate",
          directory / "outputs.env",
          directory / "applied.json",
          directory / "apply.txt",
          directory / "terraform.lock.hcl",
          directory / "files"};
}

fs::path lane_directory(const LaneDescription& lane) {
  const fs::path& top = lane.files_directory.empty() ? lane.project_directory : lane.files_directory;
  return lane.directory.empty() || lane.directory == "." ? top : top / lane.directory;
}

void make_private_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (!error) fs::permissions(directory, fs::perms::owner_all, error);
  if (error)
    throw Error(ErrorKind::environment, fmt::format("cannot create {}: {}", directory.string(), error.message()));
}

void write_private_file(const fs::path& file, std::string_view text) {
  const fs::path draft = file.string() + ".part";
  const process::FileDescriptor target(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!target.is_open()) fail(file, errno);
  while (!text.empty()) {
    const ssize_t count = ::write(target.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const int reason = errno;
      ::unlink(draft.c_str());
      fail(file, reason);
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (std::rename(draft.c_str(), file.c_str()) != 0) fail(file, errno);
}

std::optional<std::string> read_file(const fs::path& file) {
  std::string text;
  if (!read_pieces(file, [&](std::string_view piece) { text.append(piece); })) return std::nullopt;
  return text;
}

bool is_encrypted_plan(const fs::path& plan_file) {
  std::string begin(std::size_t{64} * 1024, '\0');
  std::ifstream stream(plan_file, std::ios::binary);
  stream.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  begin.resize(static_cast<std::size_t>(stream.gcount()));
  return begin.starts_with('{') && begin.find("\"encrypted_data\"") != std::string::npos;
}

std::optional<std::string> digest_file(const fs::path& file) {
  Sha256 digest;
  if (!read_pieces(file, [&](std::string_view piece) { digest.add(piece); })) return std::nullopt;
  return digest.finish_hex();
}

void write_plain_text(const fs::path& from, const fs::path& to) {
  const fs::path draft = to.string() + ".part";
  std::ofstream target(draft, std::ios::binary | std::ios::trunc);
  EscapeFilter filter;
  std::string plain;
  read_pieces(from, [&](std::string_view piece) {
    plain.clear();
    filter.add(piece, plain);
    target.write(plain.data(), static_cast<std::streamsize>(plain.size()));
  });
  target.close();
  if (!target) {
    const int reason = errno;
    ::unlink(draft.c_str());
    fail(to, reason);
  }
  if (std::rename(draft.c_str(), to.c_str()) != 0) fail(to, errno);
}

std::string strip_escapes(std::string_view text) {
  std::string result;
  EscapeFilter().add(text, result);
  return result;
}

}  // namespace statelane::runner
