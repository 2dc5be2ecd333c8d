#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace statelane::support {

/// A directory of its own below the system's temporary one; gone at the end of the scope with all that is in it.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ScratchDirectory(ScratchDirectory&& other) noexcept;
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ~ScratchDirectory();

  const std::filesystem::path& path() const { return path_; }

  /// Writes a file; makes the directories above it.
  void write(std::string_view name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

/// Writes a file; makes the directories above it.
void write_file(const std::filesystem::path& file, std::string_view text);

/// All bytes of a file; fails the test when there is none.
std::string read_file(const std::filesystem::path& file);

}  // namespace statelane::support
