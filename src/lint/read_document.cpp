#include "lint/read_document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <set>
#include <sstream>
#include <unordered_map>

#include "base/utf8.hpp"
#include "config/plain_scalar.hpp"
#include "gitlab/limits.hpp"

namespace statelane::lint {

namespace {

constexpr std::size_t most_bytes = std::size_t{2} << 20;
/// More than fit in GitLab's own measure of a parsed file.
constexpr std::size_t most_values = 300'000;

/// Thrown inside this file only: the first fault ends the reading.
struct Fault {
  Rule rule;
  Spot spot;
  std::string message;
  std::vector<std::string> hints{};
};

/// One of the file's documents: its text, and where in the file it begins.
struct Part {
  std::string_view text;
  SourcePos begin;
};

/// Builds the value from the parser's events; every value is counted as it is made.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::uint32_t file, const Part& part, Report& report) : file_(file), part_(part), report_(report) {}

  Node take() { return std::move(result_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(Node(nullptr, spot_at(mark)), anchor); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Fault{Rule::yaml_syntax, spot_at(mark), "the alias stands inside its own anchor"};
    count(found->second.values, mark);
    is_alias_ = true;
    add(found->second.node, 0);
    is_alias_ = false;
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    count(1, mark);
    const bool is_plain = tag == "?";
    const Spot spot = spot_of(mark, value, is_plain);
    check_tag(tag, spot);
    add(is_plain ? read_plain(value, spot) : Node(value, spot), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    if (tag != "!reference") check_tag(tag, spot_at(mark));
    open(Node(Node::List{}, spot_at(mark)), anchor, tag == "!reference", mark);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check_tag(tag, spot_at(mark));
    open(Node(Node::Map{}, spot_at(mark)), anchor, false, mark);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    bool is_reference = false;
    std::size_t values_before = 0;
    bool has_key = false;
    Node::Entry entry;                                      ///< of a map: the key that waits for its value
    bool is_merge = false;                                  ///< that key is `<<`
    std::unordered_map<std::string, std::size_t> places{};  ///< of a map: key → index
    std::set<std::string> merged{};                         ///< of a map: keys that came through `<<`
  };
  struct Anchored {
    Node node;
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
    throw Fault{Rule::yaml_syntax, spot_at(mark), "the quote is not closed"};
  }

  void count(std::size_t values, const YAML::Mark& mark) {
    values_ += values;
    if (values_ <= most_values) return;
    throw Fault{Rule::too_large, spot_at(mark),
                fmt::format("more than {} values, aliases counted each time", most_values)};
  }

  static void check_tag(const std::string& tag, const Spot& spot) {
    if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:")) return;
    throw Fault{Rule::yaml_syntax, spot, fmt::format("unknown tag \"{}\"", tag), {"GitLab knows !reference only"}};
  }

  bool is_key() const { return !frames_.empty() && frames_.back().node.as_map() != nullptr && !frames_.back().has_key; }

  static Node read_plain(const std::string& text, const Spot& spot) {
    const auto value = config::read_plain_scalar(text);
    if (!value) {
      throw Fault{Rule::yaml_value,
                  spot,
                  fmt::format("\"{}\" is a date, a time or a symbol to GitLab's parser", text),
                  {"put it in quotes"}};
    }
    return std::visit(
        [&](const auto& data) -> Node {
          using Data = std::decay_t<decltype(data)>;
          constexpr bool is_scalar = std::is_arithmetic_v<Data> || std::is_same_v<Data, std::nullptr_t>;
          if constexpr (is_scalar) return Node(data, spot);
          return Node(text, spot);
        },
        value->data);
  }

  void open(Node node, YAML::anchor_t anchor, bool is_reference, const YAML::Mark& mark) {
    count(1, mark);
    if (frames_.size() >= gitlab::max_yaml_depth) {
      throw Fault{Rule::too_large, spot_at(mark), fmt::format("nested deeper than {} levels", gitlab::max_yaml_depth)};
    }
    if (is_key()) throw Fault{Rule::yaml_value, node.spot, fmt::format("{} cannot be a key", kind_of(node))};
    frames_.push_back({std::move(node), anchor, is_reference, values_ - 1, false, {}, false});
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.is_reference) frame.node = read_reference(frame.node);
    if (frame.anchor != 0) anchors_[frame.anchor] = {frame.node, values_ - frame.values_before};
    add(std::move(frame.node), 0);
  }

  static Node read_reference(const Node& list) {
    Node::Reference reference;
    for (const Node& item : *list.as_list()) {
      if (item.as_string() == nullptr) {
        throw Fault{Rule::invalid_reference, item.spot, "!reference takes a list of names"};
      }
      reference.path.push_back(*item.as_string());
    }
    return {std::move(reference), list.spot};
  }

  /// A finished value takes its place in what is being built.
  void add(Node node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = {node, 1};
    if (frames_.empty()) {
      result_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (auto* list = std::get_if<Node::List>(&frame.node.data)) {
      list->push_back(std::move(node));
    } else if (!frame.has_key) {
      take_key(frame, node);
    } else {
      frame.has_key = false;
      take_value(frame, std::move(node));
    }
  }

  void take_key(Frame& frame, const Node& key) {
    frame.has_key = true;
    const std::string* text = key.as_string();
    if (text == nullptr) {
      const std::string_view written = part_.text.substr(key.spot.begin.offset - part_.begin.offset, key.spot.length);
      throw Fault{Rule::yaml_value,
                  key.spot,
                  fmt::format("\"{}\" is {} to GitLab's parser, no key", written, kind_of(key)),
                  {"put it in quotes"}};
    }
    frame.entry.key = *text;
    frame.entry.spot = key.spot;
    frame.is_merge = *text == "<<" && !is_alias_;
  }

  void take_value(Frame& frame, Node value) {
    if (frame.is_merge && value.as_map() != nullptr) {
      for (const Node::Entry& entry : *value.as_map()) merge(frame, entry);
    } else if (frame.is_merge && value.as_list() != nullptr && !is_alias_) {
      // Of an alias of a list, Psych makes a key that is called <<.
      merge_list(frame, *value.as_list());
    } else {
      const bool is_repeated = frame.places.contains(frame.entry.key) && !frame.merged.contains(frame.entry.key);
      if (is_repeated) report_duplicate(frame);
      frame.merged.erase(frame.entry.key);
      frame.entry.value = std::move(value);
      set(frame, std::move(frame.entry));
    }
    frame.entry = {};
  }

  /// Psych: the first of a list of maps wins.
  void merge_list(Frame& frame, const Node::List& maps) {
    Node::Map all;
    for (auto map = maps.rbegin(); map != maps.rend(); ++map) {
      if (map->as_map() == nullptr) throw Fault{Rule::yaml_value, map->spot, "<< takes a map or a list of maps"};
      for (const Node::Entry& entry : *map->as_map()) set_entry(all, entry);
    }
    for (const Node::Entry& entry : all) merge(frame, entry);
  }

  void merge(Frame& frame, const Node::Entry& entry) {
    const auto place = frame.places.find(entry.key);
    if (place != frame.places.end() && !frame.merged.contains(entry.key) &&
        (*frame.node.as_map())[place->second].value != entry.value) {
      report_.add(Rule::merge_overrides, frame.entry.spot, "",
                  fmt::format("this << replaces \"{}\", which stands above it", entry.key),
                  {"GitLab's parser merges << where it stands; put it first in its map"});
    }
    frame.merged.insert(entry.key);
    set(frame, entry);
  }

  static void set(Frame& frame, Node::Entry entry) {
    Node::Map& map = *frame.node.as_map();
    const auto [place, is_new] = frame.places.try_emplace(entry.key, map.size());
    if (is_new) {
      map.push_back(std::move(entry));
    } else {
      map[place->second] = std::move(entry);
    }
  }

  void report_duplicate(const Frame& frame) {
    const Spot& first = (*frame.node.as_map())[frame.places.at(frame.entry.key)].spot;
    report_.add(Rule::duplicate_key, frame.entry.spot, "",
                fmt::format("\"{}\" stands here twice; GitLab takes this one and drops the one in line {}",
                            frame.entry.key, first.begin.line));
  }

  std::uint32_t file_;
  Part part_;
  Report& report_;
  Node result_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t values_ = 0;
  bool is_alias_ = false;
};

Spot spot_of_offset(std::uint32_t file, std::string_view text, std::size_t offset) {
  SourcePos pos;
  for (std::size_t at = 0; at < offset; ++at) {
    pos = text[at] == '\n' ? SourcePos{pos.line + 1, 1, 0} : SourcePos{pos.line, pos.column + 1, 0};
  }
  pos.offset = static_cast<std::uint32_t>(offset);
  return {file, pos, 1};
}

void check_text(std::uint32_t file, std::string_view text) {
  if (text.size() > most_bytes) {
    throw Fault{Rule::too_large, {file, {}, 1}, fmt::format("larger than the {} bytes that GitLab reads", most_bytes)};
  }
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = first_utf8_character(text.substr(at)).length;
    if (length == 0 || text[at] == '\0') {
      throw Fault{Rule::yaml_syntax, spot_of_offset(file, text, at),
                  length == 0 ? "these bytes are not UTF-8" : "a NUL byte stands here"};
    }
    at += length;
  }
}

/// GitLab cuts the text at lines that begin with `---` and a blank or the line's end, before it parses
/// (lib/gitlab/config/loader/multi_doc_yaml.rb), and drops empty pieces.
std::vector<Part> split_documents(std::string_view text) {
  std::vector<Part> parts;
  Part part{text.substr(0, 0), {}};
  SourcePos pos;
  const auto finish = [&](std::size_t end) {
    part.text = text.substr(part.begin.offset, end - part.begin.offset);
    if (part.text.find_first_not_of(" \t\r\n") != std::string_view::npos) parts.push_back(part);
  };
  for (std::size_t at = 0; at < text.size(); ++pos.line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.starts_with("---") && (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r')) {
      finish(at);
      // What follows on the line belongs to the document; its columns are counted from there.
      part.begin = {line.size() == 3 ? pos.line + 1 : pos.line, 1,
                    static_cast<std::uint32_t>(std::min(at + 4, text.size()))};
    }
    at = end + 1;
  }
  finish(text.size());
  return parts;
}

Node parse_part(std::uint32_t file, const Part& part, Report& report) {
  std::istringstream stream{std::string(part.text)};
  Builder builder(file, part, report);
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& fault) {
    const SourcePos pos{part.begin.line + static_cast<std::uint32_t>(std::max(fault.mark.line, 0)),
                        static_cast<std::uint32_t>(std::max(fault.mark.column, 0) + 1),
                        part.begin.offset + static_cast<std::uint32_t>(std::max(fault.mark.pos, 0))};
    // yaml-cpp says "bad file" of nesting beyond its limit.
    if (fault.msg == "bad file") throw Fault{Rule::too_large, {file, pos, 1}, "nested too deeply"};
    throw Fault{Rule::yaml_syntax, {file, pos, 1}, fault.msg};
  }
  return builder.take();
}

Document read_parts(std::uint32_t file, Report& report) {
  const std::string_view text = report.files()[file].text;
  check_text(file, text);
  const std::vector<Part> parts = split_documents(text);
  Document document;
  if (parts.empty()) return document;
  if (parts.size() > 2) {
    throw Fault{Rule::yaml_syntax, {file, parts[2].begin, 1}, "more than two YAML documents"};
  }
  document.content = parse_part(file, parts[0], report);
  if (parts.size() == 1 || document.content.find("spec") == nullptr) return document;
  document.header = std::move(document.content);
  document.content = parse_part(file, parts[1], report);
  return document;
}

}  // namespace

std::optional<Document> read_document(std::uint32_t file, Report& report) {
  try {
    Document document = read_parts(file, report);
    if (document.content.is_null()) document.content = Node(Node::Map{}, Spot{file, {}, 1});
    if (document.content.as_map() != nullptr) return document;
    throw Fault{Rule::yaml_syntax, document.content.spot,
                fmt::format("the file is {}, GitLab takes a map", kind_of(document.content))};
  } catch (const Fault& fault) {
    report.add(fault.rule, fault.spot, "", fault.message, fault.hints);
    return std::nullopt;
  }
}

}  // namespace statelane::lint
