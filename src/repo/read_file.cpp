#include "repo/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file_descriptor.hpp"
#include "base/files.hpp"

namespace statelane::repo {

std::optional<std::string> read_whole_file(const std::filesystem::path& file, std::error_code& fault) {
  return read_file_start(file, std::string::npos, fault);
}

std::optional<std::string> read_file_start(const std::filesystem::path& file, std::size_t most,
                                           std::error_code& fault) {
  fault.clear();
  const auto refuse = [&fault](int reason) {
    fault = std::error_code(reason, std::generic_category());
    return std::nullopt;
  };
  const FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!descriptor.is_open()) return refuse(errno);
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) return refuse(errno);
  if (!S_ISREG(status.st_mode)) return refuse(S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
  // One byte more than its size, so that the end shows in the first read; a file that grows meanwhile is read on.
  std::string bytes(std::min(static_cast<std::size_t>(status.st_size) + 1, most), '\0');
  std::size_t size = 0;
  while (size < most) {
    const ssize_t count = ::read(descriptor.get(), bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refuse(errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (size == bytes.size()) bytes.resize(std::min(size * 2, most));
  }
  bytes.resize(size);
  return bytes;
}

std::string read_administration(const std::filesystem::path& file) {
  const auto place = files::follow(file);
  return place ? files::read(*place, files::largest_file).value_or("") : "";
}

}  // namespace statelane::repo
