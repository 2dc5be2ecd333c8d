#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.hpp"

/// Files that we read and write where a repository may have put something else: nothing is done through a symbolic
/// link, a FIFO, a device or a directory in the place of a file, and nothing waits for one. Every `Error` (environment)
/// has the path and the reason.
namespace statelane::files {

/// A file or a directory. However `root` is reached is trusted; no part of `name`, which is relative, may be a link.
struct Place {
  std::filesystem::path root;
  std::filesystem::path name;

  std::filesystem::path path() const { return root / name; }
  std::string string() const { return path().string(); }
  Place operator/(const std::filesystem::path& below) const { return {root, name / below}; }
  Place parent() const { return {root, name.parent_path()}; }
};

/// What a path of the user means: trusted down to `working`, where it lies below it, else down to its directory.
Place place_of(const std::filesystem::path& path, const std::filesystem::path& working);

/// The file that a path leads to, through whatever links, as other programs take it; empty when it leads nowhere.
std::optional<Place> follow(const std::filesystem::path& path);

/// What `most` is where nothing smaller is known to do.
inline constexpr std::uint64_t largest_file = std::uint64_t{4} << 30;

/// All of a file. Empty when it is not there; throws when something else is, or more than `most` bytes.
std::optional<std::string> read(const Place& place, std::uint64_t most);

/// The first `most` bytes of a file, or all of a smaller one. Empty and throws as `read`.
std::optional<std::string> read_start(const Place& place, std::size_t most);

/// The last `most` bytes of a file, or all of a smaller one. Empty and throws as `read`.
std::optional<std::string> read_end(const Place& place, std::size_t most);

/// Hands a file to `sink` in pieces. False when it is not there; throws as `read` does.
bool read_pieces(const Place& place, std::uint64_t most, const std::function<void(std::string_view)>& sink);

/// Open for reading; throws also when it is not there.
FileDescriptor open(const Place& place);

/// There is a file; throws when there is something else.
bool exists(const Place& place);

/// A new file in place of what was there, open for writing at its end, readable by its owner only.
FileDescriptor create(const Place& place);

/// Makes a directory and those above it, below the root, for their owner only.
void make_private_directory(const Place& place);

/// Removes a file, or what is in its place; nothing when it is not there. Throws when a directory is, or when that
/// cannot be.
void remove(const Place& place);

/// The same without an error, for what is tidied up.
void remove_quietly(const Place& place) noexcept;

/// The names in a directory, sorted; none when it is not there.
std::vector<std::string> list(const Place& place);

/// A file that is written beside its place and comes there whole or not at all.
class Draft {
 public:
  explicit Draft(Place place, unsigned mode = 0600);
  Draft(Draft&& other) noexcept;
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft();

  const Place& place() const { return place_; }
  void write(std::string_view text);
  /// Nothing can be written any more, and all that was is known to have found room.
  void close();
  /// Puts it in its place.
  void keep();

 private:
  Place place_;
  std::string draft_name_;
  FileDescriptor directory_;
  FileDescriptor file_;
};

/// Writes a file whole or not at all.
void write(const Place& place, std::string_view text, unsigned mode = 0600);

}  // namespace statelane::files
