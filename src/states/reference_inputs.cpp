#include "states/reference_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "states/file_sets.hpp"

namespace statelane::states {

namespace {

using hcl::Value;
using terraform::FileReference;
using terraform::ReferenceKind;

/// A template is looked at for this many sets of variables, past that once more with unknown ones.
constexpr std::size_t most_uses_of_a_template = 16;

/// Templates that a pattern may stand for.
constexpr std::size_t most_templates = 1'000;

/// The functions' second argument as variables; those of a value that is no map are not known.
std::vector<hcl::Variable> variables_of(const Value& value) {
  std::vector<hcl::Variable> result;
  if (const auto* map = value.as_open_map()) {
    for (const auto& [name, item] : *map) result.emplace_back(name, item);
  }
  return result;
}

/// A template knows its variables and nothing else.
Fold fold_in_template(const Lane& lane, const std::vector<hcl::Variable>& variables, bool may_climb) {
  return [&, may_climb](const hcl::Expression& expression, std::span<const hcl::Variable> more) {
    std::vector<hcl::Variable> all = variables;
    all.insert(all.end(), more.begin(), more.end());
    const hcl::Scope scope{[&](std::string_view root, std::string_view, const SourceRange& range) {
                             const std::string reason = fmt::format("{} is not known in the template", root);
                             return Value{Value::Unknown{reason, range, false, may_climb}};
                           },
                           all,
                           [&](std::string_view name, std::span<const Value> arguments) {
                             return call_file_function(lane, name, arguments);
                           }};
    return hcl::fold(expression, scope);
  };
}

/// Files that `terraform init` puts there are not in git.
bool is_remote_cache(const PossibleText& text) {
  return !text.text.empty() && text.text.front() && lies_in_terraform_directory(*text.text.front());
}

bool is_known(const PartialText& text) {
  return std::all_of(text.begin(), text.end(), [](const auto& part) { return part.has_value(); });
}

/// A text, and how it reads as a path.
struct PossiblePath {
  PossibleText text;
  PartialText path;
};

/// What may be a path in a text that is none for certain and known in part: since it may be a command, also each word
/// that begins like one.
std::vector<PossiblePath> paths_in(const repo::Tree& tree, const PossibleText& text, const RepoPath& from) {
  std::vector<PossiblePath> result;
  const std::vector<PartialText> words = split_words(text.text);
  const auto& front = text.text.front();
  if (front && begins_like_path(tree, from, *front)) {
    // Where its known beginning has several words, what is not known belongs to a later one.
    const bool holds_blank = front->find_first_of(" \t\n") != std::string::npos;
    result.push_back({text, holds_blank ? text.text : spread(text, from)});
    if (words.size() == 1) return result;
  }
  for (const PartialText& word : words) {
    if (!word.front() || !begins_like_path(tree, from, *word.front())) continue;
    // A command that goes up says with its next words what it reads there.
    const bool is_only_up = is_known(word) && word.front()->find_first_not_of("./") == std::string::npos;
    if (is_only_up) continue;
    const PossibleText part{word, is_known(word) ? "" : text.why, text.may_climb};
    result.push_back({part, spread(part, from)});
  }
  return result;
}

}  // namespace

bool lies_in_terraform_directory(std::string_view path) { return path.find(".terraform/") != std::string_view::npos; }

void ReferenceInputs::add(const FileReference& reference, const Fold& fold, const Reach& reach,
                          const RepoPath& module_directory) {
  for (const Round& round : find_rounds(reference.loops, fold))
    add_round(reference, fold, round, reach, module_directory);
}

void ReferenceInputs::add_round(const FileReference& reference, const Fold& fold, const Round& round,
                                const Reach& reach, const RepoPath& module_directory) {
  const auto operand = [&](std::size_t index) { return fold(*reference.value->operands[index], round); };
  const std::size_t operands = reference.value->operands.size();
  if (reference.kind == ReferenceKind::file_set) {
    if (operands == 2) add_file_set(operand(0), operand(1), reach);
    return;
  }
  if (reference.kind != ReferenceKind::template_file) {
    add_texts(fold(*reference.value, round), reference, reach, module_directory);
    return;
  }
  const Value variables = operands > 1 ? operand(1) : Value{};
  for (const std::uint32_t input : links_.with_continuations(add_texts(operand(0), reference, reach, module_directory)))
    add_templates(input, variables, reach.place);
}

std::vector<std::uint32_t> ReferenceInputs::add_texts(const Value& value, const FileReference& reference,
                                                      const Reach& reach, const RepoPath& module_directory) {
  const auto definition_of = reference.is_definition ? std::optional(module_directory) : std::nullopt;
  const bool is_template = reference.kind == ReferenceKind::template_file;
  const ReferenceKind kind = is_template ? ReferenceKind::file : reference.kind;
  const RepoPath& from = lane_.working_directory;
  std::vector<std::uint32_t> added;
  const auto add_path = [&](const PossibleText& text, const PartialText& path) {
    const PathInputs inputs = add_path_inputs(lane_.tree, from, path, kind, definition_of, reach, inputs_,
                                              lane_.copied ? &*lane_.copied : nullptr);
    note(inputs.outcome, text, reach);
    added.insert(added.end(), inputs.added.begin(), inputs.added.end());
  };
  for (const PossibleText& text : to_texts(value)) {
    // What a file holds is read as data: where it is used as a path, that is said there.
    if (is_remote_cache(text) || (text.is_content && kind != ReferenceKind::file)) continue;
    if (is_known(text.text)) {
      add_path(text, text.text);
    } else if (kind != ReferenceKind::path_text) {
      add_path(text, spread(text, from));
    } else {
      for (const PossiblePath& possible : paths_in(lane_.tree, text, from)) add_path(possible.text, possible.path);
    }
  }
  return added;
}

void ReferenceInputs::add_cut_file(const RepoPath& path, std::optional<std::uint32_t> via) {
  const PossibleText anything{{std::nullopt}, "the file is larger or deeper than is read"};
  note(PathOutcome::anything, anything, {via, {path, 0}});
}

void ReferenceInputs::add_state_file(const Value& path, const Reach& reach) {
  for (const PossibleText& text : to_texts(path)) {
    const bool is_unknown = text.text.size() == 1 && !text.text.front();
    if (is_remote_cache(text) || (is_unknown && !text.may_climb)) continue;
    const PartialText spelt = spread(text, lane_.working_directory);
    const auto add = [&](ReferenceKind kind) {
      return add_path_inputs(lane_.tree, lane_.working_directory, spelt, kind, std::nullopt, reach, inputs_).outcome;
    };
    note(add(ReferenceKind::file), text, reach);
    if (is_known(spelt)) add(ReferenceKind::path_value);
  }
}

void ReferenceInputs::add_file_set(const Value& directories, const Value& patterns, const Reach& reach) {
  for (const PossibleText& directory : to_texts(directories)) {
    for (const PossibleText& pattern : to_texts(patterns)) {
      if (is_remote_cache(directory)) continue;
      PartialText base = directory.text;
      if (directory.may_climb || pattern.may_climb) {
        base.push_back("/");
        base.push_back(std::nullopt);
        base = spread({base, "", true}, lane_.working_directory);
      }
      const PathInputs inputs =
          add_file_set_inputs(lane_.tree, lane_.working_directory, base, pattern.text, reach, inputs_);
      note(inputs.outcome, directory.why.empty() ? pattern : directory, reach);
      if (inputs.outcome == PathOutcome::known)
        file_sets_.insert(file_sets_.end(), inputs.added.begin(), inputs.added.end());
    }
  }
}

void ReferenceInputs::add_templates(std::uint32_t input, const Value& variables, const Place& place) {
  const Input& found = inputs_[input];
  if (found.kind == InputKind::file) return add_template(RepoPath(found.path), input, variables);
  if (found.kind != InputKind::pattern) return;
  const auto paths = find_matches(lane_.tree, found.path, found.glob, most_templates);
  if (!paths) {
    unknown_.push_back({place, fmt::format("too many templates may be meant to read them all: {}", found.glob)});
    return;
  }
  for (const RepoPath& path : *paths) add_template(path, input, variables);
}

void ReferenceInputs::add_template(const RepoPath& path, std::uint32_t input, const Value& variables) {
  const terraform::TemplateFile* file = modules_.find_template(path);
  if (file == nullptr) return;
  if (file->is_too_large) {
    const PossibleText anything{{std::nullopt}, "the template is too large to be read"};
    return note(PathOutcome::anything, anything, {input, {path, 0}});
  }
  if (!file->faults.empty()) {
    const Diagnostic fault = file->faults.sorted().front();
    unknown_.push_back(
        {{path, fault.range ? fault.range->begin.line : 0}, fmt::format("in a template: {}", fault.message)});
  }
  if (file->references.empty()) return;
  std::set<std::string>& seen = templates_[path];
  const bool may_climb = variables.may_climb();
  const Value any{Value::Unknown{"", {}, false, may_climb}};
  const Value known = seen.size() < most_uses_of_a_template ? variables : any;
  if (!seen.insert(to_fingerprint(known)).second) return;
  const std::vector<hcl::Variable> named = variables_of(known);
  const Fold fold = fold_in_template(lane_, named, may_climb);
  for (const FileReference& reference : file->references)
    add(reference, fold, {input, {path, reference.line}}, RepoPath());
}

/// Reports what is not known. A path of which nothing is known may be any file: everything becomes an input.
void ReferenceInputs::note(PathOutcome outcome, const PossibleText& text, const Reach& reach) {
  if (outcome == PathOutcome::anything) {
    inputs_.add(InputKind::pattern, RepoPath(), "**/*", reach);
    unknown_.push_back({reach.place, fmt::format("any file of the repository may be read here: {}", text.why)});
  } else if (outcome == PathOutcome::covered) {
    unknown_.push_back({reach.place, fmt::format("part of a path is not known: {}", text.why)});
  }
}

}  // namespace statelane::states
