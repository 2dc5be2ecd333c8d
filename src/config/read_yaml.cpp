#include "config/read_yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <set>

#include "base/utf8.hpp"
#include "config/plain_scalar.hpp"

namespace statelane::config {

namespace {

constexpr std::size_t most_bytes = std::size_t{2} << 20;
constexpr int most_levels = 100;
constexpr std::size_t most_values = 1'000'000;

/// Thrown inside this file only: the first fault ends the reading.
struct Fault {
  SourcePos pos;
  std::string message;
};

SourcePos to_pos(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1),
          static_cast<std::uint32_t>(mark.pos)};
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  YamlValue read(const YAML::Node& node, int level) {
    const SourcePos pos = to_pos(node.Mark());
    if (level > most_levels) throw Fault{pos, fmt::format("nested deeper than {} levels", most_levels)};
    if (++values_ > most_values)
      throw Fault{pos, fmt::format("more than {} values; aliases count each time", most_values)};
    YamlValue value;
    switch (node.Type()) {
      case YAML::NodeType::Scalar: value = read_scalar(node, pos); break;
      case YAML::NodeType::Sequence: value = read_sequence(node, pos, level); break;
      case YAML::NodeType::Map: value = read_map(node, pos, level); break;
      default: break;
    }
    value.pos = pos;
    return value;
  }

 private:
  YamlValue read_scalar(const YAML::Node& node, const SourcePos& pos) {
    check_tag(node, pos);
    if (node.Tag() != "?") {
      check_quote(pos);
      return node.Scalar();
    }
    auto value = read_plain_scalar(node.Scalar());
    if (!value) throw Fault{pos, fmt::format("\"{}\" is a date or symbol to YAML; put it in quotes", node.Scalar())};
    return *std::move(value);
  }

  static void check_tag(const YAML::Node& node, const SourcePos& pos) {
    const std::string& tag = node.Tag();
    if (!tag.empty() && tag != "?" && tag != "!") throw Fault{pos, fmt::format("unknown tag \"{}\"", tag)};
  }

  /// yaml-cpp takes the rest of the file when a quote is not closed.
  void check_quote(const SourcePos& pos) const {
    if (pos.offset >= text_.size()) return;
    const char quote = text_[pos.offset];
    if (quote != '"' && quote != '\'') return;
    for (std::size_t at = pos.offset + 1; at < text_.size(); ++at) {
      if (quote == '"' && text_[at] == '\\') {
        ++at;
      } else if (text_[at] == quote) {
        return;
      }
    }
    throw Fault{pos, "the quote is not closed"};
  }

  YamlValue read_sequence(const YAML::Node& node, const SourcePos& pos, int level) {
    if (node.Tag() == "!reference") return read_reference(node, pos);
    check_tag(node, pos);
    YamlValue::List list;
    for (const YAML::Node& item : node) list.push_back(read(item, level + 1));
    return list;
  }

  static YamlValue read_reference(const YAML::Node& node, const SourcePos& pos) {
    YamlValue::Reference reference;
    for (const YAML::Node& item : node) {
      if (!item.IsScalar()) throw Fault{pos, "!reference takes a list of names"};
      reference.path.push_back(item.Scalar());
    }
    YamlValue value;
    value.data = std::move(reference);
    return value;
  }

  /// A map while its entries are read.
  struct Entries {
    YamlValue::Map map;
    std::map<std::string, std::size_t> places{};  ///< key → index
    std::set<std::string> own{};                  ///< keys that stand here and did not come through `<<`

    void set(const std::string& key, YamlValue value) {
      const auto [place, is_new] = places.try_emplace(key, map.size());
      if (is_new) {
        map.emplace_back(key, std::move(value));
      } else {
        map[place->second].second = std::move(value);
      }
    }
  };

  YamlValue read_map(const YAML::Node& node, const SourcePos& pos, int level) {
    check_tag(node, pos);
    Entries entries;
    for (const auto& entry : node) {
      const SourcePos key_pos = to_pos(entry.first.Mark());
      const YamlValue key = read(entry.first, level + 1);
      const std::string* name = key.as_string();
      if (name == nullptr) throw Fault{key_pos, "a key has to be a string; put it in quotes"};
      YamlValue value = read(entry.second, level + 1);
      if (*name == "<<") {
        // An alias has the place of its anchor. Psych does not merge one of a list.
        const bool is_alias = entry.second.Mark().pos < entry.first.Mark().pos;
        if (is_alias && value.as_list() != nullptr) throw Fault{key_pos, "<< takes no alias of a list"};
        merge(value, entries, key_pos);
        continue;
      }
      if (!entries.own.insert(*name).second)
        throw Fault{key_pos, fmt::format("the key \"{}\" stands here twice", *name)};
      value.key_pos = key_pos;
      entries.set(*name, std::move(value));
    }
    return std::move(entries.map);
  }

  /// Psych merges `<<` where it stands, in quotes too: over what stands before it, and under what comes behind
  /// (Psych::Visitors::ToRuby#revive_hash). The first of a list of maps wins.
  static void merge(const YamlValue& value, Entries& entries, const SourcePos& pos) {
    if (const auto* list = value.as_list()) {
      Entries all;
      for (auto item = list->rbegin(); item != list->rend(); ++item) merge_map(*item, all, pos);
      for (auto& [key, more] : all.map) entries.set(key, std::move(more));
      return;
    }
    merge_map(value, entries, pos);
  }

  static void merge_map(const YamlValue& value, Entries& entries, const SourcePos& pos) {
    const YamlValue::Map* more = value.as_map();
    if (more == nullptr) throw Fault{pos, "<< takes a map or a list of maps"};
    for (const auto& [key, each] : *more) entries.set(key, each);
  }

  std::string_view text_;
  std::size_t values_ = 0;
};

/// `---` or `...` at the start of a line behind the first document's content.
bool has_second_document(std::string_view text) {
  bool has_content = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool is_marker = line == "---" || line.starts_with("--- ") || line == "---\r";
    if (is_marker && has_content) return true;
    const std::size_t first = line.find_first_not_of(" \t\r");
    has_content =
        has_content || (!is_marker && first != std::string_view::npos && line[first] != '#' && line[0] != '%');
  }
  return false;
}

SourcePos find_bad_utf8(std::string_view text) {
  SourcePos pos;
  while (!text.empty()) {
    const std::size_t length = first_utf8_character(text).length;
    if (length == 0) return pos;
    pos = text[0] == '\n' ? SourcePos{pos.line + 1, 1, pos.offset + 1}
                          : SourcePos{pos.line, pos.column + static_cast<std::uint32_t>(length),
                                      pos.offset + static_cast<std::uint32_t>(length)};
    text.remove_prefix(length);
  }
  return pos;
}

void check_text(std::string_view text) {
  if (text.size() > most_bytes) throw Fault{{}, fmt::format("larger than {} bytes", most_bytes)};
  if (!is_valid_utf8(text)) throw Fault{find_bad_utf8(text), "these bytes are not UTF-8"};
  if (text.find('\0') != std::string_view::npos) throw Fault{{}, "a NUL byte stands in the file"};
  if (has_second_document(text)) throw Fault{{}, "more than one YAML document"};
}

/// yaml-cpp's words where they help, better ones where they do not.
Fault to_fault(const YAML::Exception& fault, std::string_view text) {
  const SourcePos pos = to_pos(fault.mark);
  // yaml-cpp says "bad file" of nesting beyond its limit.
  if (fault.msg == "bad file") return {pos, "nested too deeply"};
  const std::string_view line = line_text(text, pos.line);
  const std::string_view indentation = line.substr(0, line.find_first_not_of(" \t"));
  const std::size_t tab = indentation.find('\t');
  if (tab == std::string_view::npos) return {pos, fault.msg};
  return {{pos.line, static_cast<std::uint32_t>(tab + 1), 0},
          "a tab stands in the indentation; YAML takes spaces only"};
}

YamlValue read_checked(std::string_view text) {
  check_text(text);
  try {
    return Reader(text).read(YAML::Load(std::string(text)), 0);
  } catch (const YAML::Exception& fault) {
    throw to_fault(fault, text);
  }
}

}  // namespace

std::optional<YamlValue> read_yaml(std::string_view text, const RepoPath& path, Diagnostics& diagnostics) {
  try {
    return read_checked(text);
  } catch (const Fault& fault) {
    Diagnostic diagnostic{Severity::error, path, SourceRange{fault.pos, fault.pos}, fault.message, {}, {}};
    diagnostic.source_line = line_text(text, fault.pos.line);
    diagnostics.add(std::move(diagnostic));
    return std::nullopt;
  }
}

}  // namespace statelane::config
