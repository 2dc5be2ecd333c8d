#pragma once

#include "base/diagnostics.hpp"
#include "hcl/syntax.hpp"

namespace statelane::hcl {

/// The parsers' way to fill a `File`.
class FileBuilder {
 public:
  explicit FileBuilder(File& file) : file_(file) {}

  Arena& arena() { return file_.arena_; }
  void set_body(const Body& body) { file_.body_ = body; }
  void set_expression(const Expression* expression) { file_.expression_ = expression; }
  void set_faults(bool has_faults, bool is_cut) {
    file_.has_faults_ = has_faults || file_.has_faults_;
    file_.is_cut_ = is_cut || file_.is_cut_;
  }

 private:
  File& file_;
};

/// What people write by hand, and by program, has less; offsets in nodes hold far more.
inline constexpr std::size_t largest_file = std::size_t{16} << 20;

/// A file with more faults than this is no HCL; more messages would not help.
inline constexpr int most_messages = 50;

inline constexpr const char* keep_data_apart = "keep data in files of their own, and name them";

/// Why a file with more than `most_values` is read no further.
std::string too_many_values();

/// The file without a tree; without its text too, and with a fault, where that is larger than `largest_file`.
File make_file(std::string source, const RepoPath& path, Diagnostics& diagnostics);

}  // namespace statelane::hcl
