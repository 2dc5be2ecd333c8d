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
  void set_faults(bool has_faults) { file_.has_faults_ = has_faults; }

 private:
  File& file_;
};

/// What people write by hand, and by program, has less; offsets in nodes hold far more.
inline constexpr std::size_t largest_file = std::size_t{16} << 20;

/// The file without a tree; without its text too, and with a fault, where that is larger than `largest_file`.
File make_file(std::string source, const RepoPath& path, Diagnostics& diagnostics);

}  // namespace statelane::hcl
