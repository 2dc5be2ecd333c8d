#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace statelane {

/// A path inside the repository: normalised, separated by `/`, relative to the root. It cannot hold `..`, `.`,
/// an empty component or a leading slash. Bytes, not necessarily UTF-8. The root directory is the empty path.
/// This type is the only key for paths: two spellings of one place compare equal.
class RepoPath {
 public:
  /// The root directory.
  RepoPath() = default;

  /// Normalises `text` as a path relative to the root. Empty when it is absolute, leaves the repository or holds NUL.
  static std::optional<RepoPath> parse(std::string_view text);

  /// Like `parse`, for literals and names that are known to be right. Throws `std::logic_error` otherwise.
  static RepoPath of(std::string_view text);

  /// `text` relative to this directory (`../x` climbs). Empty when the result leaves the repository or `text` is
  /// absolute.
  std::optional<RepoPath> resolve(std::string_view text) const;

  /// The entry `name` of this directory. `name` is one component as git stores it.
  RepoPath child(std::string_view name) const;

  /// The directory that holds this path; the root's parent is the root.
  RepoPath parent() const;

  /// The last component; empty for the root.
  std::string_view name() const;

  bool is_root() const { return text_.empty(); }

  /// This path is `directory` or lies below it.
  bool is_within(const RepoPath& directory) const;

  /// This path relative to `directory`, which must contain it: `a/b/c` in `a` is `b/c`; the directory itself is empty.
  std::string_view within(const RepoPath& directory) const;

  /// `a/b`; the root is the empty string.
  const std::string& str() const { return text_; }

  /// For people and for ids: the root is `.`.
  std::string display() const { return text_.empty() ? "." : text_; }

  friend bool operator==(const RepoPath&, const RepoPath&) = default;
  /// By bytes.
  friend std::strong_ordering operator<=>(const RepoPath& left, const RepoPath& right) {
    return left.text_.compare(right.text_) <=> 0;
  }

 private:
  explicit RepoPath(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// The way from directory `from` to `to` with `..` where needed; `.` when they are equal.
std::string relative_path(const RepoPath& from, const RepoPath& to);

}  // namespace statelane

template <>
struct std::hash<statelane::RepoPath> {
  std::size_t operator()(const statelane::RepoPath& path) const noexcept {
    return std::hash<std::string>{}(path.str());
  }
};
