#include "emit/write_yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "base/utf8.hpp"

namespace statelane::emit {

namespace {

using namespace std::string_view_literals;

/// Lists and maps of scalars stay on one line up to this column.
constexpr std::size_t widest_line = 120;

/// libyaml and js-yaml look for the `:` of a simple key within 1,024 characters; a longer key needs `? key`.
constexpr std::size_t longest_simple_key = 500;

/// Characters that a reader refuses raw, takes for a line break, or that nobody would see.
bool needs_escape(char32_t character) {
  return character < 0x20 || (character >= 0x7F && character <= 0x9F) || character == 0x2028 || character == 0x2029 ||
         character == 0xFEFF || (character & 0xFFFE) == 0xFFFE || (character >= 0xFDD0 && character <= 0xFDEF);
}

void append_escape(std::string& out, char32_t character) {
  switch (character) {
    case U'\n': out += "\\n"; return;
    case U'\t': out += "\\t"; return;
    case U'\r': out += "\\r"; return;
    default: break;
  }
  const auto number = static_cast<std::uint32_t>(character);
  if (number <= 0xFF) {
    out += fmt::format("\\x{:02x}", number);
  } else {
    out += number <= 0xFFFF ? fmt::format("\\u{:04x}", number) : fmt::format("\\U{:08x}", number);
  }
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Utf8Character character = first_utf8_character(text);
    if (character.length == 0) throw std::logic_error("a string for YAML is not UTF-8");
    if (character.value == U'"' || character.value == U'\\') out += '\\';
    if (needs_escape(character.value)) {
      append_escape(out, character.value);
    } else {
      out += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  return out += '"';
}

bool is_letter(char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'); }

/// No reader of YAML 1.1 or 1.2 types this word: it begins like a name, holds no indicator and is no word that stands
/// for a value. A leading dot (a hidden job) is a number only before digits, `inf` and `nan`.
bool is_plain_key(std::string_view key) {
  constexpr std::array words = {"y"sv,    "n"sv,     "yes"sv,  "no"sv,   "on"sv,  "off"sv,
                                "true"sv, "false"sv, "null"sv, ".inf"sv, ".nan"sv};
  const bool dotted = key.starts_with('.');
  const std::string_view name = key.substr(dotted ? 1 : 0);
  if (name.empty() || key.size() > 120 || !(is_letter(name[0]) || name[0] == '_')) return false;
  const auto is_inner = [](char byte) {
    return is_letter(byte) || (byte >= '0' && byte <= '9') || "_./-"sv.find(byte) != std::string_view::npos;
  };
  if (!std::all_of(name.begin(), name.end(), is_inner)) return false;
  std::string lower(key);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char byte) { return is_letter(byte) ? byte | 0x20 : byte; });
  return std::find(words.begin(), words.end(), lower) == words.end();
}

std::string render_key(std::string_view key) { return is_plain_key(key) ? std::string(key) : quote(key); }

/// A literal block keeps the value: it ends with at most one line break, its lines neither begin nor end with a blank
/// that could be lost, and every other character may stand raw.
bool fits_literal_block(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text.front() == '\n' || text.front() == ' ' || text.front() == '\t')
    return false;
  if (text.ends_with("\n\n") || text.ends_with(' ') || text.ends_with('\t')) return false;
  for (const std::string_view lost : {" \n"sv, "\t\n"sv, "\n\t"sv}) {
    if (text.find(lost) != std::string_view::npos) return false;
  }
  while (!text.empty()) {
    const Utf8Character character = first_utf8_character(text);
    if (character.length == 0) return false;
    if (character.value != U'\n' && character.value != U'\t' && needs_escape(character.value)) return false;
    text.remove_prefix(character.length);
  }
  return true;
}

/// Psych takes a number for a float only when it holds a dot.
std::string render_number(double number) {
  if (std::isnan(number)) return ".nan";
  if (std::isinf(number)) return number < 0 ? "-.inf" : ".inf";
  std::string text = fmt::format("{}", number);
  if (text.find('.') != std::string::npos) return text;
  const std::size_t exponent = std::min(text.find('e'), text.size());
  return text.insert(exponent, ".0");
}

std::string render_scalar(const yaml::Value& value) {
  struct Visitor {
    std::string operator()(std::nullptr_t) const { return "null"; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return render_number(number); }
    std::string operator()(const std::string& text) const { return quote(text); }
    std::string operator()(const yaml::Value::List&) const { return "[]"; }
    std::string operator()(const yaml::Value::Map&) const { return "{}"; }
    std::string operator()(const yaml::Value::Reference& reference) const {
      std::string out = "!reference [";
      for (const std::string& step : reference.path) out += (out.ends_with('[') ? "" : ", ") + quote(step);
      return out + "]";
    }
  };
  return std::visit(Visitor{}, value.data);
}

/// Written in one piece, whatever its size: no list, no map, or an empty one.
bool is_scalar(const yaml::Value& value) {
  const auto* list = value.as_list();
  const auto* map = value.as_map();
  return (list == nullptr || list->empty()) && (map == nullptr || map->empty());
}

class Writer {
 public:
  void write_comment(std::string_view line);
  void write_entry(std::string_view key, const yaml::Value& value, std::size_t indent);
  void write_job(const pipeline::Job& job);
  void write_root(const yaml::Value& value);
  void blank_line() { out_ += out_.empty() ? "" : "\n"; }
  std::string take() { return std::move(out_); }

 private:
  void write_key(std::string_view key, std::size_t indent);
  void write_value(const yaml::Value& value, std::size_t indent);
  void write_list(const yaml::Value::List& list, std::size_t indent);
  void write_map(const yaml::Value::Map& map, std::size_t indent);
  void write_block(std::string_view text, std::size_t indent);
  std::string render_flow(const yaml::Value& value) const;
  std::size_t column() const { return out_.size() - (out_.rfind('\n') + 1); }

  std::string out_;
};

/// Line breaks would end the comment and the rest become configuration.
void Writer::write_comment(std::string_view line) {
  out_ += line.empty() ? "#" : "# ";
  while (!line.empty()) {
    const Utf8Character character = first_utf8_character(line);
    if (character.length == 0) {
      out_ += fmt::format("\\x{:02x}", static_cast<unsigned char>(line.front()));
    } else if (needs_escape(character.value)) {
      append_escape(out_, character.value);
    } else {
      out_ += line.substr(0, character.length);
    }
    line.remove_prefix(std::max<std::size_t>(1, character.length));
  }
  out_ += '\n';
}

/// May stand inside `[…]` or `{…}`.
bool fits_flow(const yaml::Value& value) {
  const auto* text = value.as_string();
  return is_scalar(value) && (text == nullptr || !fits_literal_block(*text));
}

/// `[a, b]` or `{k: v}` when all that is inside are scalars; empty otherwise.
std::string Writer::render_flow(const yaml::Value& value) const {
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (const auto* list = value.as_list()) {
    if (!std::all_of(list->begin(), list->end(), fits_flow)) return "";
    for (const yaml::Value& item : *list) add(render_scalar(item));
    return "[" + out + "]";
  }
  for (const auto& [key, item] : *value.as_map()) {
    if (!fits_flow(item)) return "";
    add(render_key(key) + ": " + render_scalar(item));
  }
  return "{" + out + "}";
}

/// Writes what follows `key:` or `-`, line end included. `indent` is that of the lines below, if there are any.
void Writer::write_value(const yaml::Value& value, std::size_t indent) {
  if (const auto* text = value.as_string(); text != nullptr && fits_literal_block(*text)) {
    write_block(*text, indent);
    return;
  }
  if (is_scalar(value)) {
    out_ += " " + render_scalar(value) + "\n";
    return;
  }
  const std::string flow = render_flow(value);
  if (!flow.empty() && column() + 1 + flow.size() <= widest_line) {
    out_ += " " + flow + "\n";
  } else if (const auto* list = value.as_list()) {
    out_ += '\n';
    write_list(*list, indent);
  } else {
    out_ += '\n';
    write_map(*value.as_map(), indent);
  }
}

void Writer::write_block(std::string_view text, std::size_t indent) {
  const bool ends_line = text.ends_with('\n');
  out_ += ends_line ? " |\n" : " |-\n";
  if (ends_line) text.remove_suffix(1);
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) out_.append(indent, ' ').append(text.substr(begin, end - begin));
    out_ += '\n';
    begin = end + 1;
  }
}

void Writer::write_list(const yaml::Value::List& list, std::size_t indent) {
  for (const yaml::Value& item : list) {
    out_.append(indent, ' ') += '-';
    const std::size_t begin = out_.size();
    write_value(item, indent + 2);
    // A map or list in block style begins on the line of the dash.
    if (out_[begin] == '\n') out_.replace(begin, indent + 3, " ");
  }
}

void Writer::write_map(const yaml::Value::Map& map, std::size_t indent) {
  for (const auto& [key, value] : map) write_entry(key, value, indent);
}

void Writer::write_key(std::string_view key, std::size_t indent) {
  const std::string name = render_key(key);
  out_.append(indent, ' ');
  if (name.size() > longest_simple_key) {
    out_ += "? " + name + "\n";
    out_.append(indent, ' ') += ':';
  } else {
    out_ += name + ":";
  }
}

void Writer::write_entry(std::string_view key, const yaml::Value& value, std::size_t indent) {
  write_key(key, indent);
  write_value(value, indent + 2);
}

/// A job is never on one line, however short, so that all jobs look alike.
void Writer::write_job(const pipeline::Job& job) {
  for (const std::string& line : job.comments) write_comment(line);
  write_key(job.name, 0);
  out_ += job.keywords.empty() ? " {}\n" : "\n";
  write_map(job.keywords, 2);
}

void Writer::write_root(const yaml::Value& value) {
  if (is_scalar(value)) {
    out_ += render_scalar(value) + "\n";
  } else if (const auto* list = value.as_list()) {
    write_list(*list, 0);
  } else {
    write_map(*value.as_map(), 0);
  }
}

void write_jobs(Writer& writer, const std::vector<pipeline::Job>& jobs) {
  for (const pipeline::Job& job : jobs) {
    writer.blank_line();
    writer.write_job(job);
  }
}

}  // namespace

std::string write_yaml(const pipeline::Pipeline& pipeline) {
  Writer writer;
  for (const std::string& line : pipeline.comments) writer.write_comment(line);
  for (const auto& [key, value] : pipeline.globals) {
    writer.blank_line();
    writer.write_entry(key, value, 0);
  }
  write_jobs(writer, pipeline.templates);
  write_jobs(writer, pipeline.jobs);
  return writer.take();
}

std::string write_yaml(const yaml::Value& value) {
  Writer writer;
  writer.write_root(value);
  return writer.take();
}

std::string write_inline_yaml(const yaml::Value& value) {
  const auto* list = value.as_list();
  const auto* map = value.as_map();
  if (list == nullptr && map == nullptr) return render_scalar(value);
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (list != nullptr) {
    for (const yaml::Value& item : *list) add(write_inline_yaml(item));
    return "[" + out + "]";
  }
  for (const auto& [key, item] : *map) add(render_key(key) + ": " + write_inline_yaml(item));
  return "{" + out + "}";
}

}  // namespace statelane::emit
