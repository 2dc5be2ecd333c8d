#include "hcl/parse_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "hcl/duplicates.hpp"
#include "hcl/file_builder.hpp"
#include "hcl/json_value.hpp"
#include "hcl/parser.hpp"

namespace statelane::hcl {

namespace {

class JsonBodies {
 public:
  JsonBodies(const File& file, Arena& arena, Diagnostics& diagnostics)
      : file_(file), arena_(arena), diagnostics_(diagnostics) {}

  Body build_body(const JsonValue& value, std::span<const BlockSchema> schema) {
    std::vector<Attribute> attributes;
    std::vector<Block> blocks;
    for (const JsonMember* member : collect_members(value, "arguments and blocks")) {
      if (member->name == "//") continue;
      const auto block = std::find_if(schema.begin(), schema.end(),
                                      [&](const BlockSchema& candidate) { return candidate.type == member->name; });
      if (block == schema.end()) {
        attributes.push_back({member->name, member->name_range, build_expression(member->value), range_of(*member)});
      } else {
        labels_.clear();
        add_blocks(*member, *block, member->value, blocks);
      }
    }
    Body body;
    body.attributes = arena_.copy(std::span<const Attribute>(attributes));
    body.blocks = arena_.copy(std::span<const Block>(blocks));
    for (const DuplicateAttribute& duplicate : find_duplicates(body.attributes)) {
      report(duplicate.second->name_range, duplicate.message(), duplicate.hints());
    }
    return body;
  }

  bool has_faults() const { return fault_count_ > 0; }
  bool is_cut() const { return is_cut_; }

 private:
  static SourceRange range_of(const JsonMember& member) { return {member.name_range.begin, member.value.range.end}; }

  /// The members of an object, or of all objects in an array. `what`: for what an object is wanted.
  std::vector<const JsonMember*> collect_members(const JsonValue& value, std::string_view what) {
    std::vector<const JsonMember*> result;
    const auto add_all = [&](const JsonValue& object) {
      for (const JsonMember& member : object.members) result.push_back(&member);
    };
    const auto refuse = [&](const JsonValue& other) {
      report(other.range, fmt::format("expected an object with {}", what));
    };
    switch (value.kind) {
      case JsonValue::Kind::null: break;
      case JsonValue::Kind::object: add_all(value); break;
      case JsonValue::Kind::array:
        for (const JsonValue& item : value.items) item.kind == JsonValue::Kind::object ? add_all(item) : refuse(item);
        break;
      default: refuse(value);
    }
    return result;
  }

  /// Goes down one level for each label that is left; `labels_` holds those above.
  void add_blocks(const JsonMember& type, const BlockSchema& schema, const JsonValue& value,
                  std::vector<Block>& blocks) {
    if (labels_.size() < schema.labels) {
      const auto members = collect_members(value, fmt::format("the labels of `{}`", type.name));
      const bool is_collection = value.kind == JsonValue::Kind::object || value.kind == JsonValue::Kind::array;
      if (members.empty() && is_collection && value.items.empty()) {
        report(value.range, fmt::format("the block `{}` lacks a label", type.name),
               {"the label is the name of a member, its value the block"});
      }
      for (const JsonMember* member : members) {
        labels_.push_back({member->name, member->name_range});
        add_blocks(type, schema, member->value, blocks);
        labels_.pop_back();
      }
      return;
    }
    switch (value.kind) {
      case JsonValue::Kind::null: return;
      case JsonValue::Kind::object: return add_block(type, schema, value, blocks);
      case JsonValue::Kind::array:
        for (const JsonValue& item : value.items) add_block(type, schema, item, blocks);
        return;
      default: report(value.range, fmt::format("the block `{}` must be an object, or an array of objects", type.name));
    }
  }

  void add_block(const JsonMember& type, const BlockSchema& schema, const JsonValue& value,
                 std::vector<Block>& blocks) {
    const std::vector<Label> labels = labels_;
    const Body body = build_body(value, schema.nested);
    labels_ = labels;
    blocks.push_back({type.name,
                      type.name_range,
                      arena_.copy(std::span<const Label>(labels)),
                      arena_.make(body),
                      {type.name_range.begin, value.range.end}});
  }

  const Expression* build_expression(const JsonValue& value) {
    switch (value.kind) {
      case JsonValue::Kind::null: return leaf(ExpressionKind::null_literal, value.range, "null");
      case JsonValue::Kind::boolean: return leaf(ExpressionKind::boolean, value.range, value.text);
      case JsonValue::Kind::number: return build_number(value);
      case JsonValue::Kind::string: return build_string(value.range, value.text);
      default: return build_collection(value);
    }
  }

  /// Native numbers have no sign; a minus is an operator there.
  const Expression* build_number(const JsonValue& value) {
    if (!value.text.starts_with('-')) return leaf(ExpressionKind::number, value.range, value.text);
    const Expression* operand = leaf(ExpressionKind::number, value.range, value.text.substr(1));
    return node(ExpressionKind::unary, value.range, value.text.substr(0, 1), std::span(&operand, 1));
  }

  const Expression* build_collection(const JsonValue& value) {
    std::vector<const Expression*> operands;
    for (const JsonValue& item : value.items) operands.push_back(build_expression(item));
    for (const JsonMember& member : value.members) {
      operands.push_back(build_string(member.name_range, member.name));
      operands.push_back(build_expression(member.value));
    }
    const bool is_array = value.kind == JsonValue::Kind::array;
    return node(is_array ? ExpressionKind::tuple : ExpressionKind::object, value.range, {}, operands);
  }

  const Expression* build_string(const SourceRange& range, std::string_view text) {
    const bool is_template = text.find("${") != std::string_view::npos || text.find("%{") != std::string_view::npos;
    if (!is_template) return leaf(ExpressionKind::string, range, text);
    // The scanner wants a NUL byte behind the text.
    const std::string_view terminated = arena_.copy(std::string(text) + '\0');
    Diagnostics faults;
    Parser parser(terminated.substr(0, text.size()), file_.path(), Scanner::Start::template_text, arena_, faults);
    parser.set_place(range);
    parser.set_values(values_);
    const Expression* result = parser.parse_only_template();
    values_ = parser.values();
    is_cut_ = is_cut_ || parser.is_cut();
    for (const Diagnostic& fault : faults.sorted()) report(range, fault.message, fault.hints);
    return result;
  }

  const Expression* leaf(ExpressionKind kind, const SourceRange& range, std::string_view text) {
    return arena_.make(Expression{kind, false, 1, range, text, {}});
  }

  const Expression* node(ExpressionKind kind, const SourceRange& range, std::string_view text,
                         std::span<const Expression* const> operands) {
    std::uint16_t height = 0;
    for (const Expression* operand : operands) height = std::max(height, operand->height);
    if (height >= height_limit) {
      is_cut_ = true;
      report(range, fmt::format("this expression has more than {} steps", height_limit));
      return leaf(ExpressionKind::invalid, range, {});
    }
    return arena_.make(
        Expression{kind, false, static_cast<std::uint16_t>(height + 1), range, text, arena_.copy(operands)});
  }

  void report(const SourceRange& range, std::string message, std::vector<std::string> hints = {}) {
    if (++fault_count_ > most_messages) return;
    if (fault_count_ == most_messages) hints.emplace_back("further faults of this file are not shown");
    std::string_view line = file_.source().substr(range.begin.offset - (range.begin.column - 1), longest_shown_line);
    line = line.substr(0, line.find_first_of("\r\n"));
    diagnostics_.add({Severity::error, file_.path(), range, std::move(message), std::move(hints), std::string(line)});
  }

  static constexpr std::size_t longest_shown_line = 1000;

  const File& file_;
  Arena& arena_;
  Diagnostics& diagnostics_;
  int fault_count_ = 0;
  bool is_cut_ = false;
  std::size_t values_ = 0;     // of the templates in strings
  std::vector<Label> labels_;  // above the level at hand
};

}  // namespace

File parse_json(std::string source, const RepoPath& path, std::span<const BlockSchema> schema,
                Diagnostics& diagnostics) {
  File file = make_file(std::move(source), path, diagnostics);
  FileBuilder builder(file);
  if (file.has_faults()) return file;
  Diagnostics faults;
  const JsonDocument document = read_json(file.source(), path, builder.arena(), faults);
  JsonBodies bodies(file, builder.arena(), diagnostics);
  builder.set_body(bodies.build_body(document.value, schema));
  builder.set_faults(faults.has_errors() || bodies.has_faults(), document.is_cut || bodies.is_cut());
  diagnostics.merge(faults);
  return file;
}

}  // namespace statelane::hcl
