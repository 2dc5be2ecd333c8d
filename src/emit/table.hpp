#pragma once

#include <string>
#include <vector>

namespace statelane::emit {

enum class Style { bold, dim, yellow };

/// Text with ANSI colours, when they are asked for.
class Painter {
 public:
  explicit Painter(bool color) : color_(color) {}

  std::string paint(const std::string& text, Style style) const;

 private:
  bool color_;
};

/// Rows of equal columns, two blanks between them, the first in bold; the last column is not padded.
std::string render_table(const std::vector<std::vector<std::string>>& rows, const Painter& painter);

}  // namespace statelane::emit
