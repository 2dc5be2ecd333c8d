#pragma once

#include <memory>
#include <string_view>

struct git_hashsig;

namespace statelane::repo {

/// What git compares of a text when it looks for renames. White space does not count, so that a formatted file is
/// itself.
class Likeness {
 public:
  explicit Likeness(std::string_view text);

  /// 0 to 100; git takes files for one that was renamed from 50 on.
  int percent(const Likeness& other) const;

  static constexpr int least = 50;

 private:
  struct Free {
    void operator()(git_hashsig* signature) const;
  };
  std::unique_ptr<git_hashsig, Free> signature_;  ///< null for a text of which git makes none
};

}  // namespace statelane::repo
