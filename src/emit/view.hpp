#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace statelane::emit {

/// What the reader of a text has before him: a terminal with colours and a width, or a file.
struct View {
  bool color = false;
  std::optional<std::size_t> width = {};  ///< columns that tables have to fit; empty: nothing is cut
};

/// What a colour means.
enum class Style {
  heading,  ///< bold
  aside,    ///< dim
  changed,  ///< yellow: modified, and what asks for attention
  added,    ///< green
  deleted,  ///< red: deleted or retired
  moved,    ///< cyan
};

/// `text` in the style's colours, where the view has any.
std::string paint(const View& view, std::string_view text, Style style);

/// How many columns `text` takes, one for each character.
std::size_t width_of(std::string_view text);

/// `text` in at most `width` columns: what is too long loses its middle, since paths are told apart by their ends.
std::string cut_middle(std::string_view text, std::size_t width);

/// The same for what is read from the left: it loses its end.
std::string cut_end(std::string_view text, std::size_t width);

/// Which columns of a table give way where it is too wide: ids only when there is nothing else.
enum class Cut { never, last, first };

/// One column of a table.
struct Column {
  std::string title;
  Cut cut = Cut::never;
  bool is_prose = false;  ///< words and not names: a cell that is too long loses its end
};

/// How wide such a table is where nothing is cut, and where the columns that give way first say little more.
struct TableWidths {
  std::size_t whole = 0;
  std::size_t least = 0;
};
TableWidths table_widths(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows);

/// Rows of equal columns under their titles, two blanks between them. Where the view is too narrow the widest of the
/// columns that can be cut gives way.
std::string render_table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
                         const View& view);

/// "1 state", "2 states", "1,234 states".
std::string count_of(std::size_t count, std::string_view one, std::string_view many);

}  // namespace statelane::emit
