#include <fmt/format.h>

#include <algorithm>

#include "base/diagnostics.hpp"
#include "hcl/characters.hpp"
#include "hcl/fold_arguments.hpp"
#include "hcl/json_value.hpp"
#include "hcl/text_pieces.hpp"

namespace statelane::hcl {

namespace {

/// A string that was read: a key is not folded when its letters may change.
std::optional<std::string> key_of(std::string_view name) { return Value{to_normal_form(name)}.as_known_string(); }

Value json_decode(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  if (!text || text->starts_with("\xEF\xBB\xBF")) return not_folded();
  Diagnostics faults;
  Arena arena;
  const JsonValue json = read_json(*text, RepoPath(), arena, faults).value;
  return faults.empty() ? to_value(json) : Value{Value::Unknown{"it is not JSON that is understood", {}}};
}

/// One character as Go's encoder writes it.
void append_escaped(std::string& result, char byte) {
  constexpr std::string_view plain = "\"\\\n\r\t";
  constexpr std::string_view letters = "\"\\nrt";
  const std::size_t place = plain.find(byte);
  if (place != std::string_view::npos) {
    result += {'\\', letters[place]};
  } else if (byte == '<' || byte == '>' || byte == '&') {
    result += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
  } else {
    result += byte;
  }
}

void append_string(std::string& result, std::string_view text) {
  result += '"';
  for (const char byte : text) append_escaped(result, byte);
  result += '"';
}

/// False where a text holds what is escaped in yet another way.
bool append_json(std::string& result, const Value& value) {
  const auto text = value.as_known_string();
  if (value.is_null()) {
    result += "null";
  } else if (value.as_text() != nullptr && text) {
    const auto is_plain = [](char byte) {
      return static_cast<unsigned char>(byte) >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t';
    };
    append_string(result, *text);
    return std::all_of(text->begin(), text->end(), is_plain) && text->find("\xE2\x80") == std::string::npos;
  } else if (text) {
    result += *text;
  } else if (const auto* list = value.as_list()) {
    result += '[';
    for (const Value& item : *list) {
      if (!append_json(result, item)) return false;
      result += ',';
    }
    if (!list->empty()) result.pop_back();
    result += ']';
  } else if (const auto* map = value.as_map()) {
    result += '{';
    for (const auto& [key, item] : *map) {
      if (!append_json(result, Value::text(key))) return false;
      result += ':';
      if (!append_json(result, item)) return false;
      result += ',';
    }
    if (!map->empty()) result.pop_back();
    result += '}';
  } else {
    return false;
  }
  return true;
}

Value json_encode(Arguments arguments, const SourceRange&) {
  std::string result;
  const bool is_known = arguments[0].is_definite() && append_json(result, arguments[0]);
  return is_known && result.size() <= longest_text ? Value::text(std::move(result)) : not_folded();
}

/// Comma-separated values as Go's strict reader takes them; past the first fault nothing is read.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  /// The fields of the next line that is not empty; none at the end, or at a fault.
  std::vector<std::string> read_row() {
    while (at_ < text_.size() && is_line_end()) take_line_end();
    std::vector<std::string> fields;
    if (at_ >= text_.size()) return fields;
    while (!has_fault_) {
      fields.push_back(text_[at_ < text_.size() ? at_ : 0] == '"' && at_ < text_.size() ? read_quoted() : read_plain());
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      if (at_ < text_.size() && is_line_end()) {
        take_line_end();
      } else if (at_ < text_.size()) {
        has_fault_ = true;
      }
      return fields;
    }
    return {};
  }

  bool has_fault() const { return has_fault_; }

 private:
  bool is_line_end() const { return text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n" || text_.substr(at_) == "\r"; }
  void take_line_end() { at_ += text_.substr(at_, 2) == "\r\n" ? 2 : 1; }

  std::string read_plain() {
    std::string field;
    for (; at_ < text_.size() && text_[at_] != ',' && !is_line_end(); ++at_) field += text_[at_];
    has_fault_ = has_fault_ || field.find('"') != std::string::npos;
    return field;
  }

  std::string read_quoted() {
    std::string field;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_.substr(at_, 2) == "\r\n") continue;
      if (text_[at_] != '"') {
        field += text_[at_];
      } else if (text_.substr(at_, 2) == "\"\"") {
        field += text_[at_++];
      } else {
        ++at_;
        return field;
      }
    }
    has_fault_ = true;
    return field;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool has_fault_ = false;
};

Value csv_decode(Arguments arguments, const SourceRange&) {
  const auto text = known_text(arguments, 0);
  if (!text) return not_folded();
  CsvReader reader(*text);
  const std::vector<std::string> names = reader.read_row();
  Value::List result;
  for (auto fields = reader.read_row(); !fields.empty(); fields = reader.read_row()) {
    if (fields.size() != names.size() || result.size() >= longest_list) return not_folded();
    Value::Map row;
    for (std::size_t index = 0; index < names.size(); ++index) {
      const auto key = key_of(names[index]);
      if (!key || !row.emplace(*key, Value{to_normal_form(fields[index])}).second) return not_folded();
    }
    result.emplace_back(std::move(row));
  }
  return names.empty() || reader.has_fault() ? not_folded() : Value{std::move(result)};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

Value base64_decode(Arguments arguments, const SourceRange&) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto text = known_text(arguments, 0);
  if (!text || text->size() % 4 != 0) return not_folded();
  std::string_view digits = *text;
  while (text->size() - digits.size() < 2 && digits.ends_with('=')) digits.remove_suffix(1);
  std::string result;
  std::uint32_t bits = 0;
  for (std::size_t index = 0; index < digits.size(); ++index) {
    const std::size_t digit = alphabet.find(digits[index]);
    if (digit == std::string_view::npos) return not_folded();
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    const unsigned spare = index % 4 == 0 ? 8 : 6 - 2 * (static_cast<unsigned>(index) % 4);
    if (index % 4 != 0) result += static_cast<char>((bits >> spare) & 0xFF);
  }
  return is_utf8(result) ? Value{to_normal_form(result)} : not_folded();
}

constexpr NamedFunction table[] = {
    {"base64decode", base64_decode, 1, 1, 1},
    {"csvdecode", csv_decode, 1, 1, 1},
    {"jsondecode", json_decode, 1, 1, 1},
    {"jsonencode", json_encode, 1, 1, 0, true},
};

}  // namespace

Value to_value(const JsonValue& json) {
  switch (json.kind) {
    case JsonValue::Kind::null: return Value{};
    case JsonValue::Kind::boolean: return Value{json.text == "true"};
    case JsonValue::Kind::number: {
      const auto number = Number::parse(json.text);
      return number ? Value{*number} : Value::unknown("the number is not exact", json.range);
    }
    case JsonValue::Kind::string: return Value{to_normal_form(json.text)};
    case JsonValue::Kind::array: {
      Value::List list;
      for (const JsonValue& item : json.items) list.push_back(to_value(item));
      return Value{std::move(list)};
    }
    case JsonValue::Kind::object: break;
  }
  Value::Map map;
  for (const JsonMember& member : json.members) {
    const auto key = key_of(member.name);
    if (!key) return Value{Value::Unknown{"a key has letters that may change", json.range, false, true}};
    map.insert_or_assign(*key, to_value(member.value));
  }
  return Value{std::move(map)};
}

std::span<const NamedFunction> decoding_functions() { return table; }

}  // namespace statelane::hcl
