#include "terragrunt/file_scope.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "hcl/alternatives.hpp"

namespace statelane::terragrunt {

using hcl::Expression;
using hcl::ExpressionKind;
using hcl::Value;

namespace {

/// Long enough for every expression that people write; what is behind it does not count as equal.
constexpr std::size_t longest_expression = std::size_t{1} << 20;

/// The member `name` of an object, or all of it without a name. What is not there is an error.
Entry member_of(const Entry& object, std::string_view name, const SourceRange& range) {
  if (name.empty()) return object;
  const auto find = [&](const Value& value) -> std::optional<Value> {
    const auto* map = value.as_open_map();
    if (map == nullptr || (!map->contains(std::string(name)) && map->others_under(name).empty())) return std::nullopt;
    return hcl::value_under(*map, std::string(name), Value::error(range));
  };
  const auto value = find(object.value);
  if (!value) return {object.value.is_unknown() ? object.value : Value::error(range), object.mark, object.origin};
  return {*value, find(object.mark).value_or(object.mark), object.origin};
}

Entry with_member(const Entry& object, const std::string& name, const Entry& member) {
  const auto add = [&](const Value& to, const Value& value) {
    Value::Map map = to.as_open_map() != nullptr ? *to.as_open_map() : Value::Map{};
    map.insert_or_assign(name, value);
    return Value{std::move(map)};
  };
  return {add(object.value, member.value), add(object.mark, member.mark), member.origin};
}

}  // namespace

FileScope::FileScope(Evaluation& evaluation, const hcl::File& file, RepoPath path, const Context& context,
                     std::optional<RepoPath> include_directory)
    : evaluation_(evaluation),
      file_(file),
      path_(std::move(path)),
      context_(context),
      include_directory_(std::move(include_directory)) {
  add_locals(file.body());
}

void FileScope::add_locals(const hcl::Body& body) {
  for (const hcl::Block& block : body.blocks) {
    if (block.type == "feature" && !block.labels.empty()) feature_blocks_[block.labels.front().text] = &block;
    if (block.type != "locals") continue;
    for (const hcl::Attribute& attribute : block.body->attributes) local_definitions_[attribute.name] = &attribute;
  }
}

Origin FileScope::origin_at(std::uint32_t line) const { return {evaluation_.files().origin(path_), line}; }

Entry FileScope::fold(const Expression& expression, std::uint32_t line) {
  const std::uint32_t outer = std::exchange(line_, line);
  const std::size_t first_read = evaluation_.log().reads.size();
  const hcl::Scope scope{
      [&](std::string_view root, std::string_view name, const SourceRange& range) { return lookup(root, name, range); },
      {},
      [&](std::string_view name, std::span<const Value> arguments) {
        return call_terragrunt_function(*this, name, arguments);
      }};
  Value value = hcl::fold(expression, scope);
  Value mark = mark_of(value, expression, first_read);
  const Origin origin = here();
  line_ = outer;
  return {std::move(value), std::move(mark), origin};
}

Value FileScope::mark_of(const Value& value, const Expression& expression, std::size_t first_read) {
  if (is_settled(value)) return value;
  const auto* map = value.as_map();
  if (map == nullptr || expression.kind != ExpressionKind::object)
    return Value::text("\x02" + digest_of(expression, first_read));
  Value::Map marks;
  for (std::size_t index = 0; index + 1 < expression.operands.size(); index += 2) {
    const Expression& key = *expression.operands[index];
    const auto item = key.kind == ExpressionKind::string ? map->find(std::string(key.text)) : map->end();
    if (item == map->end()) return Value::text("\x02" + digest_of(expression, first_read));
    marks.insert_or_assign(item->first, mark_of(item->second, *expression.operands[index + 1], first_read));
  }
  return Value{std::move(marks)};
}

/// All that an expression hangs on: what it says, the names in it, and the files that folding it has read.
std::string FileScope::digest_of(const Expression& expression, std::size_t first_read) {
  std::string text = hcl::render_expression(expression, longest_expression) + "\n";
  describe_names(expression, text);
  const auto& reads = evaluation_.log().reads;
  for (std::size_t index = first_read; index < reads.size(); ++index) {
    text += fmt::format("\n{}:{}", reads[index].path.str(), evaluation_.digest_of(reads[index].path));
  }
  return sha256_hex(text);
}

void FileScope::describe_names(const Expression& expression, std::string& text) {
  const bool is_member =
      expression.kind == ExpressionKind::attribute && expression.operands[0]->kind == ExpressionKind::variable;
  if (is_member || expression.kind == ExpressionKind::variable) {
    const std::string_view root = is_member ? expression.operands[0]->text : expression.text;
    const std::string_view name = is_member ? expression.text : std::string_view();
    text += fmt::format("{}.{}={}\n", root, name, describe_mark(entry_of(root, name).mark));
    return;
  }
  for (const Expression* operand : expression.operands) describe_names(*operand, text);
}

Value FileScope::lookup(std::string_view root, std::string_view name, const SourceRange& range) {
  if (root == "path") return Value::unknown("where Terragrunt is started is not known", range);
  if (root == "dependency") return Value::unknown(fmt::format("dependency.{} is known after its apply", name), range);
  return entry_of(root, name).value;
}

Entry FileScope::entry_of(std::string_view root, std::string_view name) {
  if (root == "local") return name.empty() ? all_locals() : local(name);
  if (root == "include") return included(name);
  if (root == "feature") return feature(name);
  if (root == "values" && values()) return member_of(to_object(*values()), name, {});
  if (root == "unit" && names_.units) return member_of(*names_.units, name, {});
  if (root == "stack" && names_.stacks) return member_of(*names_.stacks, name, {});
  return {Value::error({}), Value::text(fmt::format("no {}", root))};
}

Entry FileScope::local(std::string_view name) {
  if (const auto known = locals_.find(name); known != locals_.end()) return known->second;
  const auto found = local_definitions_.find(name);
  if (found == local_definitions_.end()) return {Value::error({}), Value::text("undefined")};
  if (!folding_.insert(name).second) return {Value::error({}), Value::text("circle")};
  const hcl::Attribute& attribute = *found->second;
  Entry entry = fold(*attribute.value, attribute.range.begin.line);
  folding_.erase(name);
  locals_.emplace(found->first, entry);
  return entry;
}

Entry FileScope::all_locals() {
  Entries all;
  for (const auto& [name, attribute] : local_definitions_) all.emplace(name, local(name));
  return to_object(all);
}

/// A lone include without a label is `include` itself.
Entry FileScope::included(std::string_view name) {
  const auto bare = context_.exposed.find("");
  if (bare != context_.exposed.end()) return member_of(bare->second, name, {});
  if (name.empty()) return to_object(context_.exposed);
  const auto found = context_.exposed.find(std::string(name));
  return found == context_.exposed.end() ? Entry{Value::error({}), Value::text("hidden")} : found->second;
}

Entry FileScope::feature(std::string_view name) {
  const auto found = feature_blocks_.find(name);
  if (found == feature_blocks_.end()) return {Value::unknown("a feature of another file", {}), Value::text("feature")};
  const hcl::Attribute* value = found->second->body->find("default");
  if (value == nullptr) return {Value::error({}), Value::text("no default")};
  const Entry entry = fold(*value->value, value->range.begin.line);
  return {Value{Value::Map{{"value", entry.value}}}, Value{Value::Map{{"value", entry.mark}}}, entry.origin};
}

const std::optional<Entries>& FileScope::values() {
  if (!values_) values_ = evaluation_.values_beside(path_.parent(), origin_at(0));
  return *values_;
}

std::vector<Include> FileScope::includes() {
  std::vector<Include> result;
  for (const hcl::Block& block : file_.body().blocks) {
    if (block.type != "include") continue;
    const hcl::Attribute* path = block.body->find("path");
    if (path == nullptr) continue;
    const std::uint32_t line = path->range.begin.line;
    Include include{block.labels.empty() ? "" : std::string(block.labels.front().text),
                    {},
                    false,
                    MergeStrategy::shallow,
                    origin_at(line)};
    if (const auto* expose = block.body->find("expose")) {
      const Entry entry = fold(*expose->value, line);
      include.is_exposed = entry.value.as_bool() == nullptr || *entry.value.as_bool();
    }
    if (const auto* strategy = block.body->find("merge_strategy")) {
      const auto word = definite_text(fold(*strategy->value, line).value);
      if (word == "no_merge") include.strategy = MergeStrategy::none;
      if (word && word->starts_with("deep")) include.strategy = MergeStrategy::deep;
    }
    const Entry entry = fold(*path->value, line);
    const auto text = definite_text(entry.value);
    const auto file = text ? to_path(*text, context_.directory) : std::nullopt;
    if (!text) evaluation_.note_open(entry.value, context_.directory, include.origin, "the path of an include");
    if (text && !file)
      evaluation_.log().remarks.push_back(
          {include.origin, fmt::format("the include \"{}\" lies outside the repository", *text)});
    if (!file) continue;
    include.file = *file;
    result.push_back(std::move(include));
  }
  return result;
}

Entry FileScope::fold_body(const hcl::Body& body) {
  Entries entries;
  std::map<std::string, Entries> labelled;
  for (const hcl::Attribute& attribute : body.attributes)
    entries.insert_or_assign(std::string(attribute.name), fold(*attribute.value, attribute.range.begin.line));
  for (const hcl::Block& block : body.blocks) {
    const Entry entry = fold_body(*block.body);
    if (block.labels.empty()) {
      entries.insert_or_assign(std::string(block.type), entry);
    } else {
      labelled[std::string(block.type)].insert_or_assign(std::string(block.labels.front().text), entry);
    }
  }
  for (const auto& [type, blocks] : labelled) entries.insert_or_assign(type, to_object(blocks));
  return to_object(entries);
}

Config FileScope::evaluate() { return evaluate_body(file_.body()); }

Config FileScope::evaluate_body(const hcl::Body& body) {
  Config config;
  config.directory = context_.directory;
  for (const auto& [name, attribute] : local_definitions_) config.locals.emplace(name, local(name));
  for (const auto& [name, block] : feature_blocks_) config.features.emplace(name, feature(name));
  for (const hcl::Attribute& attribute : body.attributes) {
    Entry entry = fold(*attribute.value, attribute.range.begin.line);
    const auto* map = attribute.name == "generate" ? entry.value.as_map() : nullptr;
    if (map == nullptr) {
      config.attributes.insert_or_assign(std::string(attribute.name), std::move(entry));
      continue;
    }
    for (const auto& [label, value] : *map) {
      Entry item = member_of(entry, label, {});
      config.generate.insert_or_assign(label, std::move(item));
    }
  }
  for (const hcl::Block& block : body.blocks) add_block(block, config);
  return config;
}

void FileScope::add_block(const hcl::Block& block, Config& config) {
  const std::string label(block.labels.empty() ? "" : block.labels.front().text);
  const std::uint32_t line = block.range.begin.line;
  if (block.type == "locals" || block.type == "include" || block.type == "feature") return;
  if (block.type == "terraform") return add_terraform(block, config);
  if (block.type == "dependencies") {
    const hcl::Attribute* paths = block.body->find("paths");
    if (paths != nullptr) config.paths.push_back(fold(*paths->value, paths->range.begin.line));
    return;
  }
  Entry entry = fold_body(*block.body);
  entry.origin = origin_at(line);
  if (block.type == "dependency") {
    config.dependencies.insert_or_assign(label, std::move(entry));
  } else if (block.type == "generate") {
    config.generate.insert_or_assign(label, std::move(entry));
  } else if (label.empty()) {
    config.attributes.insert_or_assign(std::string(block.type), std::move(entry));
  } else {
    Entry& all = config.attributes.try_emplace(std::string(block.type), to_object(Entries{})).first->second;
    all = with_member(all, label, entry);
  }
}

void FileScope::add_terraform(const hcl::Block& block, Config& config) {
  config.has_terraform = true;
  for (const hcl::Attribute& attribute : block.body->attributes)
    config.terraform.insert_or_assign(std::string(attribute.name), fold(*attribute.value, attribute.range.begin.line));
  for (const hcl::Block& step : block.body->blocks) {
    const std::string label(step.labels.empty() ? "" : step.labels.front().text);
    Entry entry = fold_body(*step.body);
    entry.origin = origin_at(step.range.begin.line);
    config.steps.push_back({std::string(step.type) + "." + label, std::move(entry)});
  }
}

}  // namespace statelane::terragrunt
