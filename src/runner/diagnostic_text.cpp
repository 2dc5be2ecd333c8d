#include "runner/diagnostic_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/escape_filter.hpp"

namespace statelane::runner {

namespace {

constexpr std::string_view box_top = "\xE2\x95\xB7";   // ╷
constexpr std::string_view box_side = "\xE2\x94\x82";  // │
constexpr std::string_view error_sign = "Error: ";

/// `main.tf:7` of `  on main.tf line 7, in …`; empty for another line.
std::string parse_place(std::string_view line) {
  constexpr std::string_view on = "  on ";
  constexpr std::string_view at = " line ";
  const std::size_t number = line.find(at);
  if (!line.starts_with(on) || number == std::string_view::npos) return "";
  const std::string_view digits = line.substr(number + at.size());
  const std::size_t end = std::min(digits.find_first_not_of("0123456789"), digits.size());
  return fmt::format("{}:{}", line.substr(on.size(), number - on.size()), digits.substr(0, end));
}

/// A line of a box without its side.
std::string_view without_side(std::string_view line) {
  if (!line.starts_with(box_side)) return line;
  line.remove_prefix(box_side.size());
  if (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

/// Puts lines together to errors.
class ErrorReader {
 public:
  explicit ErrorReader(bool has_boxes) : has_boxes_(has_boxes) {}

  void add(std::string_view line) {
    if (has_boxes_)
      add_boxed(line);
    else if (line.starts_with(error_sign))
      begin(line);
    else if (line.starts_with("Warning: "))
      is_inside_ = false;
    else
      add_detail(line);
  }

  std::vector<ToolError> finish() {
    for (ToolError& error : errors_) error.detail = unwrap(error.lines);
    return std::move(errors_);
  }

 private:
  void add_boxed(std::string_view line) {
    if (!line.starts_with(box_side)) {
      is_first_ = line.starts_with(box_top);
      is_inside_ = false;
      return;
    }
    line = without_side(line);
    if (is_first_ && line.starts_with(error_sign))
      begin(line);
    else
      add_detail(line);
    is_first_ = false;
  }

  void begin(std::string_view line) {
    errors_.emplace_back().title = line.substr(error_sign.size());
    is_inside_ = true;
  }

  void add_detail(std::string_view line) {
    if (!is_inside_) return;
    ToolError& error = errors_.back();
    constexpr std::string_view with = "  with ";
    if (error.subject.empty() && line.starts_with(with) && line.ends_with(','))
      error.subject = line.substr(with.size(), line.size() - with.size() - 1);
    if (error.place.empty()) error.place = parse_place(line);
    error.lines.append(line).append("\n");
  }

  bool has_boxes_;
  bool is_first_ = false;   ///< the line after the box's top
  bool is_inside_ = false;  ///< of an error, not of a warning
  std::vector<ToolError> errors_;
};

}  // namespace

std::vector<ToolError> find_errors(std::string_view output) {
  const std::string plain = strip_escapes(output);
  const bool has_boxes = plain.starts_with(box_top) || plain.find(fmt::format("\n{}", box_top)) != std::string::npos;
  ErrorReader reader(has_boxes);
  for (std::size_t begin = 0; begin < plain.size();) {
    const std::size_t end = std::min(plain.find('\n', begin), plain.size());
    reader.add(std::string_view(plain).substr(begin, end - begin));
    begin = end + 1;
  }
  return reader.finish();
}

bool has_line(std::string_view output, std::string_view line) {
  const std::string plain = strip_escapes(output);
  for (std::size_t begin = 0; begin < plain.size();) {
    const std::size_t end = std::min(plain.find('\n', begin), plain.size());
    if (without_side(std::string_view(plain).substr(begin, end - begin)) == line) return true;
    begin = end + 1;
  }
  return false;
}

std::string flatten(std::string_view output) {
  std::string plain = strip_escapes(output);
  for (std::size_t at = plain.find(box_side); at != std::string::npos; at = plain.find(box_side, at))
    plain.replace(at, box_side.size(), " ");
  return unwrap(plain);
}

std::string unwrap(std::string_view text) {
  std::string result;
  for (const char byte : text) {
    const bool is_blank = byte == ' ' || byte == '\n' || byte == '\t';
    if (!is_blank)
      result += byte;
    else if (!result.empty() && result.back() != ' ')
      result += ' ';
  }
  return result;
}

}  // namespace statelane::runner
