#include "yaml/read_document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <unordered_map>

#include "yaml/parser_fault.hpp"
#include "yaml/plain_scalar.hpp"

namespace statelane::yaml {

namespace {

constexpr std::string_view text_tag = "tag:yaml.org,2002:str";

/// Stands for a question mark that the parser would take for the sign of a key.
constexpr char masked_mark = '\x7f';

/// Builds the value from the parser's events; every value is counted as it is made.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::uint32_t file, const DocumentText& part, std::vector<Fault>& remarks)
      : file_(file), part_(part), remarks_(remarks) {}

  Value take() { return std::move(result_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_colon();
    add(Value(nullptr, spot_at(mark)), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Fault{FaultKind::syntax, spot_at(mark), "the alias stands inside its own anchor"};
    count(found->second.values, mark);
    is_alias_ = true;
    add(found->second.value, 0);
    is_alias_ = false;
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& as_parsed) override {
    count(1, mark);
    std::string value = as_parsed;
    std::replace(value.begin(), value.end(), masked_mark, '?');
    // yaml-cpp gives plain scalars the tag "?", quoted ones "!". Psych types what has a tag of another kind as if
    // plain.
    const bool is_plain = tag == "?" || (!tag.empty() && tag != "!" && tag != text_tag);
    const Spot spot = spot_of(mark, value, is_plain);
    check_tag(tag, spot);
    add(is_plain ? read_plain(value, spot) : Value(value, spot), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    if (tag != "!reference") check_tag(tag, spot_at(mark));
    open(Value(Value::List{}, spot_at(mark)), anchor, tag == "!reference", mark);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    check_tag(tag, spot_at(mark));
    open(Value(Value::Map{}, spot_at(mark)), anchor, false, mark);
    frames_.back().is_block = style == YAML::EmitterStyle::Block;
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Value value;
    YAML::anchor_t anchor = 0;
    bool is_reference = false;
    std::size_t values_before = 0;
    bool has_key = false;
    bool is_block = false;                                  ///< of a map: not between braces
    Value::Entry entry;                                     ///< of a map: the key that waits for its value
    bool is_merge = false;                                  ///< that key is `<<`
    std::unordered_map<std::string, std::size_t> places{};  ///< of a map: key → index
    std::set<std::string> merged{};                         ///< of a map: keys that came through `<<`
  };
  struct Anchored {
    Value value;
    std::size_t values = 0;
  };

  Spot spot_at(const YAML::Mark& mark, std::size_t length = 1) const {
    SourcePos pos = part_.begin;
    if (!mark.is_null()) {
      pos = {pos.line + static_cast<std::uint32_t>(mark.line), static_cast<std::uint32_t>(mark.column + 1),
             pos.offset + static_cast<std::uint32_t>(mark.pos)};
    }
    return {file_, pos, static_cast<std::uint32_t>(std::max<std::size_t>(length, 1))};
  }

  /// A scalar's spot; the parser marks an anchored value at its anchor, and a quote that nothing closes takes the rest
  /// of the file without a word.
  Spot spot_of(const YAML::Mark& mark, const std::string& value, bool is_plain) const {
    const auto at = static_cast<std::size_t>(std::max(mark.pos, 0));
    const std::string_view rest = part_.text.substr(std::min(at, part_.text.size()));
    const char first = rest.empty() ? '\0' : rest.front();
    if (is_plain) return spot_at(mark, rest.starts_with(value) ? value.size() : 1);
    if (first != '"' && first != '\'') return spot_at(mark);
    for (std::size_t end = 1; end < rest.size(); ++end) {
      if (first == '"' && rest[end] == '\\') {
        ++end;
      } else if (rest[end] == first && first == '\'' && end + 1 < rest.size() && rest[end + 1] == '\'') {
        ++end;
      } else if (rest[end] == first) {
        return spot_at(mark, rest.substr(0, end).find('\n') == std::string_view::npos ? end + 1 : 1);
      }
    }
    throw Fault{FaultKind::syntax, spot_at(mark), "the quote is not closed"};
  }

  /// yaml-cpp takes a plain text that stands alone where a key would as a key without a value; YAML does not.
  void check_colon() const {
    if (frames_.empty() || !frames_.back().is_block || !frames_.back().has_key) return;
    const Spot spot = frames_.back().entry.spot();
    const std::string& key = frames_.back().entry.key;
    const std::size_t at = spot.begin.offset - part_.begin.offset;
    const std::string_view rest = part_.text.substr(std::min(at, part_.text.size()));
    const std::string_view before = part_.text.substr(0, part_.text.size() - rest.size());
    const bool is_explicit = before.ends_with("? ");
    const std::size_t next = rest.starts_with(key) ? rest.find_first_not_of(" \t", key.size()) : std::string_view::npos;
    const bool is_alone = rest.starts_with(key) && (next == std::string_view::npos || rest[next] != ':');
    if (!key.empty() && is_alone && !is_explicit)
      throw Fault{FaultKind::syntax, spot, "a key without \":\": write it, or join the text to what it belongs to"};
  }

  void count(std::size_t values, const YAML::Mark& mark) {
    values_ += values;
    if (values_ <= most_values) return;
    throw Fault{FaultKind::too_large, spot_at(mark),
                fmt::format("more than {} values, aliases counted each time", most_values)};
  }

  /// Psych (Psych::Visitors::ToRuby) makes Ruby objects of some tags, which GitLab forbids, and passes over those that
  /// it does not know.
  void check_tag(const std::string& tag, const Spot& spot) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    if (tag == "!reference") throw Fault{FaultKind::reference, spot, "!reference takes a list of names"};
    const bool makes_objects = tag == "tag:yaml.org,2002:binary" || tag.starts_with("!ruby/") ||
                               tag.starts_with("tag:ruby.yaml.org,2002:") || tag.starts_with("!binary");
    if (makes_objects) throw Fault{FaultKind::syntax, spot, fmt::format("GitLab refuses the tag \"{}\"", tag)};
    if (tag.starts_with("tag:yaml.org,2002:")) return;
    remarks_.push_back({FaultKind::ignored_tag,
                        spot,
                        fmt::format("GitLab does not know the tag \"{}\" and reads the value without it", tag),
                        {"the one tag that GitLab knows is !reference"}});
  }

  bool is_key() const {
    return !frames_.empty() && frames_.back().value.as_map() != nullptr && !frames_.back().has_key;
  }

  static Value read_plain(const std::string& text, const Spot& spot) {
    const auto value = read_plain_scalar(text);
    if (!value) {
      throw Fault{FaultKind::value,
                  spot,
                  fmt::format("\"{}\" is a date, a time or a symbol to GitLab's parser", text),
                  {"put it in quotes"}};
    }
    return std::visit(
        [&](const auto& data) -> Value {
          using Data = std::decay_t<decltype(data)>;
          constexpr bool is_scalar = std::is_arithmetic_v<Data> || std::is_same_v<Data, std::nullptr_t>;
          if constexpr (is_scalar) return Value(data, spot);
          return Value(text, spot);
        },
        value->data);
  }

  void open(Value value, YAML::anchor_t anchor, bool is_reference, const YAML::Mark& mark) {
    count(1, mark);
    if (frames_.size() >= most_levels) {
      throw Fault{FaultKind::too_large, spot_at(mark), fmt::format("nested deeper than {} levels", most_levels)};
    }
    if (is_key()) throw Fault{FaultKind::value, value.spot, fmt::format("{} cannot be a key", kind_of(value))};
    frames_.push_back({std::move(value), anchor, is_reference, values_ - 1, false, false, {}, false});
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.is_reference) frame.value = read_reference(frame.value);
    if (frame.anchor != 0) anchors_[frame.anchor] = {frame.value, values_ - frame.values_before};
    add(std::move(frame.value), 0);
  }

  static Value read_reference(const Value& list) {
    Value::Reference reference;
    for (const Value& item : *list.as_list()) {
      if (item.as_string() == nullptr) {
        throw Fault{FaultKind::reference, item.spot, "!reference takes a list of names"};
      }
      reference.path.push_back(*item.as_string());
    }
    return {std::move(reference), list.spot};
  }

  /// A finished value takes its place in what is being built.
  void add(Value value, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = {value, 1};
    if (frames_.empty()) {
      result_ = std::move(value);
      return;
    }
    Frame& frame = frames_.back();
    if (auto* list = std::get_if<Value::List>(&frame.value.data)) {
      list->push_back(std::move(value));
    } else if (!frame.has_key) {
      take_key(frame, value);
    } else {
      frame.has_key = false;
      take_value(frame, std::move(value));
    }
  }

  void take_key(Frame& frame, const Value& key) {
    frame.has_key = true;
    frame.entry.key = read_key(key);
    frame.entry.value.key_spot = key.spot;
    frame.is_merge = frame.entry.key == "<<" && !is_alias_;
  }

  /// GitLab takes a number for a variable's name; where it does not, its digits are no keyword.
  std::string read_key(const Value& key) const {
    if (const auto* text = key.as_string()) return *text;
    if (const auto* number = key.as_integer()) return std::to_string(*number);
    const std::string_view written = part_.text.substr(key.spot.begin.offset - part_.begin.offset, key.spot.length);
    throw Fault{FaultKind::value,
                key.spot,
                fmt::format("\"{}\" is {} to GitLab's parser, no key", written, kind_of(key)),
                {"put it in quotes"}};
  }

  void take_value(Frame& frame, Value value) {
    if (frame.is_merge && value.as_map() != nullptr) {
      for (const Value::Entry& entry : *value.as_map()) merge(frame, entry);
    } else if (frame.is_merge && value.as_list() != nullptr && !is_alias_) {
      // Of an alias of a list, Psych makes a key that is called <<.
      merge_list(frame, *value.as_list());
    } else {
      const bool is_repeated = frame.places.contains(frame.entry.key) && !frame.merged.contains(frame.entry.key);
      if (is_repeated) report_duplicate(frame);
      frame.merged.erase(frame.entry.key);
      value.key_spot = frame.entry.spot();
      set(frame, {std::move(frame.entry.key), std::move(value)});
    }
    frame.entry = {};
  }

  /// Psych: the first of a list of maps wins.
  void merge_list(Frame& frame, const Value::List& maps) {
    Value::Map all;
    for (auto map = maps.rbegin(); map != maps.rend(); ++map) {
      if (map->as_map() == nullptr) throw Fault{FaultKind::value, map->spot, "<< takes a map or a list of maps"};
      for (const Value::Entry& entry : *map->as_map()) set_value(all, entry.key, entry.value);
    }
    for (const Value::Entry& entry : all) merge(frame, entry);
  }

  void merge(Frame& frame, const Value::Entry& entry) {
    const auto place = frame.places.find(entry.key);
    const bool is_own = place != frame.places.end() && !frame.merged.contains(entry.key);
    if (is_own && (*frame.value.as_map())[place->second].value != entry.value) {
      remarks_.push_back({FaultKind::merge_overrides,
                          frame.entry.spot(),
                          fmt::format("this << replaces \"{}\", which stands above it", entry.key),
                          {"GitLab's parser merges << where it stands; put it first in its map"}});
    }
    if (!is_own) frame.merged.insert(entry.key);
    set(frame, entry);
  }

  static void set(Frame& frame, Value::Entry entry) {
    Value::Map& map = *frame.value.as_map();
    const auto [place, is_new] = frame.places.try_emplace(entry.key, map.size());
    if (is_new) {
      map.push_back(std::move(entry));
    } else {
      map[place->second] = std::move(entry);
    }
  }

  void report_duplicate(const Frame& frame) {
    const Spot& first = (*frame.value.as_map())[frame.places.at(frame.entry.key)].spot();
    remarks_.push_back({FaultKind::duplicate_key, frame.entry.spot(),
                        fmt::format("\"{}\" stands here twice, and the one in line {} is dropped", frame.entry.key,
                                    first.begin.line)});
  }

  std::uint32_t file_;
  DocumentText part_;
  std::vector<Fault>& remarks_;
  Value result_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t values_ = 0;
  bool is_alias_ = false;
};

/// A question mark inside a plain scalar, as libyaml 0.2.5 takes it and yaml-cpp does not between brackets and braces:
/// `{if: $TAG =~ /^v?1/}`. Where it may be the sign of a key it stays as it is.
std::string mask_question_marks(std::string_view text) {
  std::string masked(text);
  if (text.find(masked_mark) != std::string_view::npos) return masked;
  char before = '\n';        // the character before
  char last_visible = '\n';  // the last one of the line that is no blank
  for (char& letter : masked) {
    const bool is_blank = letter == ' ' || letter == '\t';
    const bool is_inside = last_visible != '\n' && std::string_view("[{,").find(before) == std::string_view::npos &&
                           (before != ' ' || std::string_view("[{,:-?").find(last_visible) == std::string_view::npos);
    before = letter;
    if (!is_blank) last_visible = letter;
    if (letter == '?' && is_inside) letter = masked_mark;
  }
  return masked;
}

/// Where the text goes on behind its one value: yaml-cpp makes a document of it.
class RestFinder : public YAML::EventHandler {
 public:
  const YAML::Mark& place() const { return place_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { meet(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { meet(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string&) override { meet(mark); }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    meet(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    meet(mark);
  }
  void OnMapEnd() override {}

 private:
  void meet(const YAML::Mark& mark) {
    if (!is_met_) place_ = mark;
    is_met_ = true;
  }

  YAML::Mark place_;
  bool is_met_ = false;
};

/// Psych reads no further than a line that begins with three dots.
bool has_end_marker(std::string_view text) {
  return text.starts_with("...") || text.find("\n...") != std::string_view::npos;
}

}  // namespace

Value read_document(std::uint32_t file, const DocumentText& part, std::vector<Fault>& remarks) {
  std::istringstream stream{mask_question_marks(part.text)};
  Builder builder(file, part, remarks);
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    RestFinder rest;
    if (!has_end_marker(part.text) && parser.HandleNextDocument(rest))
      throw YAML::Exception(rest.place(),
                            "this line belongs to nothing above it: what belongs together stands in one column");
  } catch (const YAML::Exception& fault) {
    throw to_fault(fault, file, part);
  }
  return builder.take();
}

}  // namespace statelane::yaml
