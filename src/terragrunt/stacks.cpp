#include "terragrunt/stacks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "terragrunt/file_scope.hpp"
#include "terragrunt/name_uses.hpp"

namespace statelane::terragrunt {

using hcl::Value;

namespace {

constexpr std::string_view stack_name = "terragrunt.stack.hcl";
constexpr std::string_view overriding_name = "terragrunt.autoinclude.stack.hcl";
constexpr std::string_view generated_name = ".terragrunt-stack";

constexpr int deepest_stack = 8;
constexpr std::size_t most_units = 20'000;

/// One `unit` or `stack` block with where it goes.
struct Target {
  std::string name;
  bool is_stack = false;
  const hcl::Block* block = nullptr;
  FileScope* scope = nullptr;
  RepoPath directory;
};

class Expansion {
 public:
  Expansion(Files& files, ParsedFiles& parsed, GeneratedFiles& generated, Diagnostics& diagnostics)
      : files_(files), parsed_(parsed), generated_(generated), diagnostics_(diagnostics) {}

  void expand(const RepoPath& directory, int depth) {
    const RepoPath path = directory.child(stack_name);
    const hcl::File* file = parsed_.find(path);
    if (file == nullptr || depth > deepest_stack || stacks_.units.size() > most_units) return;
    stacks_.directories.insert(directory);
    Evaluation evaluation(files_, parsed_, generated_, directory);
    Context context{path, directory, {}, {}};
    evaluation.note(Read::Kind::evaluated, path, {files_.origin(path), 0});
    evaluation.note(Read::Kind::evaluated, directory.child(overriding_name), {files_.origin(path), 0});
    FileScope scope(evaluation, *file, path, context, std::nullopt);
    std::vector<const hcl::File*> included = find_included(evaluation, scope);
    evaluation.values_beside(directory, {files_.origin(path), 0});
    std::vector<Target> targets = find_targets(*file, included, scope, directory);
    scope.set_stack_names(names_of(targets));
    const ReadLog of_file = evaluation.log();
    for (const Target& target : targets) {
      evaluation.log() = of_file;
      add_target(target, evaluation, directory, depth);
    }
  }

  Stacks take() { return std::move(stacks_); }

 private:
  /// Files that a stack file includes: their blocks join in, and are evaluated in its place.
  std::vector<const hcl::File*> find_included(Evaluation& evaluation, FileScope& scope) {
    std::vector<const hcl::File*> result;
    for (const Include& include : scope.includes()) {
      evaluation.note(Read::Kind::evaluated, include.file, include.origin);
      if (const hcl::File* file = parsed_.find(include.file)) result.push_back(file);
    }
    return result;
  }

  std::vector<Target> find_targets(const hcl::File& file, const std::vector<const hcl::File*>& included,
                                   FileScope& scope, const RepoPath& directory) {
    std::vector<const hcl::File*> files = {&file};
    files.insert(files.end(), included.begin(), included.end());
    std::vector<Target> targets;
    for (const hcl::File* source : files) {
      for (const hcl::Block& block : source->body().blocks) {
        const bool is_stack = block.type == "stack";
        if ((!is_stack && block.type != "unit") || block.labels.empty()) continue;
        Target target{std::string(block.labels.front().text), is_stack, &block, &scope, {}};
        if (auto place = directory_of(target, directory)) {
          target.directory = *std::move(place);
          targets.push_back(target);
        } else {
          tell(target, "its path is not known, or leaves the stack");
        }
      }
    }
    return targets;
  }

  std::optional<RepoPath> directory_of(const Target& target, const RepoPath& directory) {
    const hcl::Attribute* path = target.block->body->find("path");
    if (path == nullptr) return std::nullopt;
    const auto text = definite_text(target.scope->fold(*path->value, path->range.begin.line).value);
    if (!text || text->empty() || text->starts_with('/')) return std::nullopt;
    const hcl::Attribute* in_place = target.block->body->find("no_dot_terragrunt_stack");
    const Value is_in_place =
        in_place == nullptr ? Value{false} : target.scope->fold(*in_place->value, in_place->range.begin.line).value;
    const bool* known = is_in_place.as_bool();
    const RepoPath base = known != nullptr && *known ? directory : directory.child(generated_name);
    auto result = base.resolve(*text);
    return result && result->is_within(base) && *result != base ? result : std::nullopt;
  }

  static StackNames names_of(const std::vector<Target>& targets) {
    Entries units;
    Entries stacks;
    for (const Target& target : targets) {
      const Value path{Value::Map{{"path", Value::text(absolute_text(target.directory))}}};
      (target.is_stack ? stacks : units).insert_or_assign(target.name, Entry{path, path});
    }
    return {to_object(units), to_object(stacks)};
  }

  void add_target(const Target& target, Evaluation& evaluation, const RepoPath& directory, int depth) {
    const hcl::Body& body = *target.block->body;
    const Origin place = target.scope->origin_at(target.block->range.begin.line);
    Generated beside;
    std::string mark = absolute_text(target.directory);
    if (const hcl::Attribute* values = body.find("values")) {
      const Entry entry = target.scope->fold(*values->value, values->range.begin.line);
      mark += describe_mark(entry.mark);
      beside.values = to_entries(entry);
    }
    for (const hcl::Block& block : body.blocks) {
      if (block.type != "autoinclude") continue;
      beside.autoinclude = target.scope->evaluate_body(*block.body);
      beside.autoinclude->directory = target.directory;
      beside.autoinclude->locals.clear();
      mark += describe_mark(to_object(*beside.autoinclude).mark);
    }
    const auto source = source_of(target, evaluation, directory, mark);
    if (source && !files_.mount(target.directory, *source)) return tell(target, "something else is generated there");
    if (source) (target.is_stack ? stacks_.stack_templates : stacks_.unit_templates).insert(files_.origin(*source));
    generated_.insert_or_assign(target.directory, std::move(beside));
    if (!target.is_stack) {
      const auto in_tree = source ? std::optional(files_.origin(*source)) : std::nullopt;
      stacks_.units.push_back({target.directory, in_tree, place, {directory}, std::move(mark), evaluation.log()});
    } else if (source) {
      const std::size_t first = stacks_.units.size();
      expand(target.directory, depth + 1);
      inherit(evaluation.log(), mark, directory, first);
    }
  }

  /// Units of a nested stack hang on what makes the stack.
  void inherit(const ReadLog& log, const std::string& mark, const RepoPath& directory, std::size_t first) {
    for (std::size_t index = first; index < stacks_.units.size(); ++index) {
      GeneratedUnit& unit = stacks_.units[index];
      unit.mark += mark;
      unit.stacks.push_back(directory);
      unit.log.reads.insert(unit.log.reads.end(), log.reads.begin(), log.reads.end());
      unit.log.open.insert(unit.log.open.end(), log.open.begin(), log.open.end());
    }
  }

  static Entries to_entries(const Entry& object) {
    Entries result;
    const auto* map = object.value.as_map();
    const auto* marks = object.mark.as_map();
    for (const auto& [name, value] : map == nullptr ? Value::Map{} : *map) {
      const auto mark = marks == nullptr ? Value::Map::const_iterator{} : marks->find(name);
      result.emplace(name, Entry{value, marks != nullptr && mark != marks->end() ? mark->second : object.mark});
    }
    return result;
  }

  /// The directory that is copied, relative to the stack file's, or to its copy's in a nested stack.
  std::optional<RepoPath> source_of(const Target& target, Evaluation& evaluation, const RepoPath& directory,
                                    std::string& mark) {
    const hcl::Attribute* attribute = target.block->body->find("source");
    if (attribute == nullptr) return std::nullopt;
    const Entry entry = target.scope->fold(*attribute->value, attribute->range.begin.line);
    mark += describe_mark(entry.mark);
    const auto text = definite_text(entry.value);
    if (!text) {
      evaluation.note_open(entry.value, directory, entry.origin, "the source of a generated unit");
      return std::nullopt;
    }
    const bool is_local = text->starts_with('.') || text->starts_with('/');
    const auto path = is_local ? to_path(*text, directory) : std::nullopt;
    if (!path || files_.kind(*path) != Files::Kind::directory) {
      evaluation.log().remarks.push_back(
          {entry.origin, fmt::format("its template \"{}\" is not in this repository", *text)});
      return std::nullopt;
    }
    return path;
  }

  void tell(const Target& target, std::string_view why) {
    const SourceRange range = target.block->type_range;
    diagnostics_.warning(target.scope->origin_at(0).file, range,
                         fmt::format("{} \"{}\" makes no state: {}", target.block->type, target.name, why));
  }

  Files& files_;
  ParsedFiles& parsed_;
  GeneratedFiles& generated_;
  Diagnostics& diagnostics_;
  Stacks stacks_;
};

}  // namespace

Stacks expand_stacks(const std::vector<RepoPath>& directories, Files& files, ParsedFiles& parsed,
                     GeneratedFiles& generated, Diagnostics& diagnostics) {
  Expansion expansion(files, parsed, generated, diagnostics);
  for (const RepoPath& directory : directories) {
    // A template that wants values is generated where they are given.
    const hcl::File* file = parsed.find(directory.child(stack_name));
    const bool has_values = files.kind(directory.child("terragrunt.values.hcl")) == Files::Kind::file;
    if (file != nullptr && !has_values && uses_name(file->body(), "values")) continue;
    expansion.expand(directory, 0);
  }
  Stacks stacks = expansion.take();
  // What a template makes by itself is made again, and meant, where the template is copied to.
  const auto is_in_template = [&](const RepoPath& directory) {
    return std::any_of(stacks.stack_templates.begin(), stacks.stack_templates.end(),
                       [&](const RepoPath& place) { return directory.is_within(place); });
  };
  std::erase_if(stacks.units, [&](const GeneratedUnit& unit) { return is_in_template(unit.directory); });
  return stacks;
}

}  // namespace statelane::terragrunt
