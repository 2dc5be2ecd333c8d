#include "facts/write_file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace statelane::facts {

namespace {

/// A new file with these bytes, whose name begins with `stem`; empty when it could not be written.
std::string write_unfinished(const std::string& stem, std::string_view bytes) {
  std::string name = stem + "-XXXXXX" + std::string(unfinished_ending);
  const int descriptor = ::mkostemps(name.data(), static_cast<int>(unfinished_ending.size()), O_CLOEXEC);
  if (descriptor < 0) return {};
  bool is_written = true;
  while (!bytes.empty() && is_written) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    is_written = count > 0;
    if (is_written) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  // For other users of a shared directory too; git's objects are readable in the same way.
  is_written = ::fchmod(descriptor, 0644) == 0 && is_written;
  is_written = ::close(descriptor) == 0 && is_written;
  if (is_written) return name;
  ::unlink(name.c_str());
  return {};
}

bool rename_finished(const std::string& unfinished, const std::string& target) {
  if (unfinished.empty()) return false;
  if (::rename(unfinished.c_str(), target.c_str()) == 0) return true;
  ::unlink(unfinished.c_str());
  return false;
}

}  // namespace

bool write_file(const std::filesystem::path& file, std::string_view bytes) {
  return rename_finished(write_unfinished(file.string(), bytes), file.string());
}

bool write_new_file(const std::filesystem::path& stem, std::string_view ending, std::string_view bytes) {
  const std::string name = write_unfinished(stem.string(), bytes);
  return rename_finished(name, name.substr(0, name.size() - unfinished_ending.size()) + std::string(ending));
}

}  // namespace statelane::facts
