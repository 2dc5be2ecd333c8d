#include "states/path_inputs.hpp"

#include <algorithm>

#include "base/glob.hpp"
#include "repo/links.hpp"
#include "states/file_set_pattern.hpp"
#include "states/partial_text.hpp"

namespace statelane::states {

namespace {

using repo::EntryKind;
using repo::Resolved;
using terraform::ReferenceKind;

/// Where `rest` leads from `directory`: as Terraform reads a path, and for other readers also as the operating system
/// does, where that differs.
std::vector<Resolved> resolve(const repo::Tree& tree, const Anchor& anchor, ReferenceKind kind) {
  std::vector<Resolved> result;
  const auto lexical = anchor.directory.resolve(anchor.rest);
  if (lexical) result.push_back(repo::resolve_links(tree, RepoPath(), lexical->str()));
  const bool is_any_reader = kind == ReferenceKind::path_text || kind == ReferenceKind::path_value;
  if (is_any_reader && anchor.rest.find("..") != std::string::npos) {
    Resolved direct = repo::resolve_links(tree, anchor.directory, anchor.rest);
    if (!lexical || direct.path != result.front().path) result.push_back(std::move(direct));
  }
  return result;
}

/// What is being added to, and why.
struct Adding {
  const repo::Tree& tree;
  const Reach& reach;
  InputSet& inputs;
  std::vector<std::uint32_t> added;
  const RepoPath* boundary = nullptr;
};

/// The anchor of `text`, unless it is relative and leads out of what is there for such paths.
std::optional<Anchor> reachable_anchor(const RepoPath& from, std::string_view text, const RepoPath* boundary) {
  auto anchor = anchor_of(from, text);
  if (!anchor || boundary == nullptr || text.starts_with(repository_root)) return anchor;
  const auto path = anchor->directory.resolve(anchor->rest);
  return path && path->is_within(*boundary) ? std::move(anchor) : std::nullopt;
}

/// Adds the one path that `anchor` names.
void add_one(const Anchor& anchor, ReferenceKind kind, const std::optional<RepoPath>& definition_of, Adding& adding) {
  for (const Resolved& resolved : resolve(adding.tree, anchor, kind)) {
    const bool is_found = resolved.outcome == Resolved::Outcome::found;
    const bool is_directory = is_found && resolved.kind == EntryKind::directory;
    if (is_directory && definition_of && definition_of->is_within(resolved.path)) continue;
    const Reach way = add_links(resolved, adding.reach, adding.inputs);
    add_submodule(adding.tree, resolved, way, adding.inputs);
    if (!is_inside(resolved)) continue;
    const bool may_be_directory = is_directory || (!is_found && kind == ReferenceKind::path_text);
    adding.added.push_back(
        adding.inputs.add(may_be_directory ? InputKind::data_directory : InputKind::file, resolved.path, "", way));
  }
}

bool exists(const repo::Tree& tree, const Anchor& anchor) {
  const auto resolved = resolve(tree, anchor, ReferenceKind::path_text);
  return std::any_of(resolved.begin(), resolved.end(),
                     [](const Resolved& entry) { return entry.outcome == Resolved::Outcome::found; });
}

/// A name without `./` counts where something of that name is there: most arguments that could take a path hold
/// something else, and what appears in the working directory touches its state anyway.
void add_bare_name(const RepoPath& from, const std::string& text, const std::optional<RepoPath>& definition_of,
                   Adding& adding) {
  const auto anchor = reachable_anchor(from, text, adding.boundary);
  if (anchor && !text.empty() && exists(adding.tree, *anchor))
    add_one(*anchor, ReferenceKind::path_value, definition_of, adding);
}

void add_known_text(const RepoPath& from, const std::string& text, ReferenceKind kind,
                    const std::optional<RepoPath>& definition_of, Adding& adding) {
  if (text == started_at_root) return;
  if (kind == ReferenceKind::file) {
    if (const auto anchor = reachable_anchor(from, text, adding.boundary))
      add_one(*anchor, kind, definition_of, adding);
    return;
  }
  if (kind == ReferenceKind::path_value) return add_bare_name(from, text, definition_of, adding);
  const std::vector<PartialText> words = split_words({text});
  const bool is_one_word = words.size() == 1 && *words.front().front() == text;
  if (!is_one_word && begins_like_path(adding.tree, from, text)) {
    const auto anchor = reachable_anchor(from, text, adding.boundary);
    if (anchor && exists(adding.tree, *anchor)) return add_one(*anchor, kind, definition_of, adding);
  }
  for (const PartialText& word : words) {
    if (!begins_like_path(adding.tree, from, *word.front())) continue;
    if (const auto anchor = reachable_anchor(from, *word.front(), adding.boundary))
      add_one(*anchor, kind, definition_of, adding);
  }
}

/// A glob that covers the text of `parts` from `begin` on, whatever the unknown parts are: any text, slashes included.
std::string glob_of(const PartialText& parts) {
  // Each doubles what the glob stands for; from the last one on everything is covered.
  constexpr int most_braces = 4;
  int braces = 0;
  std::string glob;
  for (const auto& part : parts) {
    if (braces == most_braces) break;
    if (part) {
      // An unknown part between two slashes may be empty, or a dot.
      if (part->starts_with('/') && glob.ends_with("**/*")) glob.resize(glob.size() - 2);
      glob += escape_glob(*part);
    } else if (glob.ends_with("**/*")) {
      continue;
    } else if (glob.empty() || glob.ends_with('/')) {
      glob += "**/*";
    } else {
      glob += "{*,*/**/*}";
      ++braces;
    }
  }
  return glob;
}

/// Takes away what cleaning a path takes: components that are empty or a dot, between two slashes or at the end.
void clean_dots(std::string& text, bool is_end) {
  const auto erase_all = [&](std::string_view wanted, std::size_t size) {
    for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at)) text.erase(at, size);
  };
  if (is_end && text.ends_with("/.")) text.pop_back();
  erase_all("/./", 2);
  erase_all("//", 1);
}

/// Drops unknown parts' neighbours that are empty, joins known ones and cleans those behind an unknown one.
PartialText simplify(const PartialText& text) {
  PartialText result;
  for (const auto& part : text) {
    if (part && part->empty()) continue;
    if (part && !result.empty() && result.back()) {
      *result.back() += *part;
    } else if (part || result.empty() || result.back()) {
      result.push_back(part);
    }
  }
  for (std::size_t index = 1; index < result.size(); ++index) {
    if (result[index]) clean_dots(*result[index], index + 1 == result.size());
  }
  return result;
}

/// Adds `glob`, relative to `directory`, after following the links on the way to the directory.
void add_glob(const Anchor& directory, const std::string& glob, ReferenceKind kind, Adding& adding) {
  for (const Resolved& resolved : resolve(adding.tree, directory, kind)) {
    const Reach way = add_links(resolved, adding.reach, adding.inputs);
    add_submodule(adding.tree, resolved, way, adding.inputs);
    if (!is_inside(resolved)) continue;
    adding.added.push_back(adding.inputs.add(InputKind::pattern, resolved.path, below_glob(resolved.path, glob), way));
  }
}

/// Splits the known beginning at its last slash: the directory before it, the rest of the text behind.
struct Split {
  Anchor directory;
  PartialText rest;
};

std::optional<Split> split_directory(const RepoPath& from, const PartialText& text) {
  const std::string first = text.front().value_or("");
  const std::size_t slash = first.rfind('/');
  auto anchor = anchor_of(from, first.substr(0, slash == std::string::npos ? 0 : slash + 1));
  if (!anchor) return std::nullopt;
  PartialText rest = text;
  if (text.front()) rest.front() = first.substr(slash == std::string::npos ? 0 : slash + 1);
  return Split{*std::move(anchor), simplify(rest)};
}

}  // namespace

bool begins_like_path(const repo::Tree& tree, const RepoPath& from, std::string_view text) {
  if (text == started_at_root) return false;
  if (text.starts_with("./") || text.starts_with("../") || text == "." || text == ".." ||
      text.starts_with(repository_root))
    return true;
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const repo::TreeEntry* entry = repo::find_entry(tree.list(from), text.substr(0, slash));
  return entry != nullptr && (entry->kind == EntryKind::directory || entry->kind == EntryKind::symlink);
}

std::optional<Anchor> anchor_of(const RepoPath& from, std::string_view text) {
  if (text.starts_with(repository_root)) {
    text.remove_prefix(repository_root.size());
    while (text.starts_with('/')) text.remove_prefix(1);
    return Anchor{RepoPath(), std::string(text)};
  }
  if (text.starts_with('/') || text.starts_with('~')) return std::nullopt;
  return Anchor{from, std::string(text)};
}

std::string absolute_text(const RepoPath& path) {
  return path.is_root() ? std::string(repository_root) : std::string(repository_root) + "/" + path.str();
}

std::string escape_glob(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if (std::string_view("\\*?[]{}").find(letter) != std::string_view::npos) result += '\\';
    result += letter;
  }
  return result;
}

std::string below_glob(const RepoPath& directory, std::string_view glob) {
  return (directory.is_root() ? "" : escape_glob(directory.str()) + "/").append(glob);
}

bool is_inside(const Resolved& resolved) {
  return resolved.outcome == Resolved::Outcome::found || resolved.outcome == Resolved::Outcome::missing;
}

Reach add_links(const Resolved& resolved, const Reach& reach, InputSet& inputs) {
  Reach last = reach;
  for (const RepoPath& link : resolved.links) last = {inputs.add(InputKind::link, link, "", last), reach.place};
  return last;
}

std::optional<RepoPath> lies_in_submodule(const repo::Tree& tree, RepoPath path) {
  for (; !path.is_root(); path = path.parent()) {
    const auto entry = tree.find(path);
    if (entry) return entry->kind == EntryKind::submodule ? std::optional(path) : std::nullopt;
  }
  return std::nullopt;
}

void add_submodule(const repo::Tree& tree, const Resolved& resolved, const Reach& reach, InputSet& inputs) {
  if (!is_inside(resolved)) return;
  const bool is_one = resolved.outcome == Resolved::Outcome::found && resolved.kind == EntryKind::submodule;
  const bool is_missing = resolved.outcome == Resolved::Outcome::missing;
  const auto submodule = is_one       ? std::optional(resolved.path)
                         : is_missing ? lies_in_submodule(tree, resolved.path)
                                      : std::nullopt;
  if (submodule) inputs.add(InputKind::file, *submodule, "", reach);
}

std::optional<RepoPath> resolve_lexically(const RepoPath& from, std::string_view text) {
  const auto anchor = anchor_of(from, text);
  return anchor ? anchor->directory.resolve(anchor->rest) : std::nullopt;
}

PathInputs add_path_inputs(const repo::Tree& tree, const RepoPath& from, const PartialText& parts, ReferenceKind kind,
                           const std::optional<RepoPath>& definition_of, const Reach& reach, InputSet& inputs,
                           const RepoPath* boundary) {
  const PartialText text = simplify(parts);
  Adding adding{tree, reach, inputs, {}, boundary};
  if (text.empty()) return {PathOutcome::no_path, {}};
  if (text.size() == 1 && text.front()) {
    add_known_text(from, *text.front(), kind, definition_of, adding);
    return {adding.added.empty() ? PathOutcome::no_path : PathOutcome::known, std::move(adding.added)};
  }
  if (kind != ReferenceKind::file && !(text.front() && begins_like_path(tree, from, *text.front())))
    return {PathOutcome::no_path, {}};
  if (!text.front()) return {PathOutcome::anything, {}};
  const auto split = split_directory(from, text);
  if (!split || !reachable_anchor(from, *text.front(), boundary)) return {PathOutcome::no_path, {}};
  std::string glob = glob_of(split->rest);
  // A file function reads a file; anything else may take a directory with all that is in it.
  const bool may_be_directory = kind != ReferenceKind::file && text.back();
  while (may_be_directory && glob.ends_with('/')) glob.pop_back();
  if (may_be_directory) glob += "{,/**/*}";
  add_glob(split->directory, glob, kind, adding);
  return {PathOutcome::covered, std::move(adding.added)};
}

PathInputs add_file_set_inputs(const repo::Tree& tree, const RepoPath& from, const PartialText& directory,
                               const PartialText& pattern, const Reach& reach, InputSet& inputs) {
  PartialText joined = simplify(directory);
  joined.push_back(joined.empty() ? "./" : "/");
  joined.insert(joined.end(), pattern.begin(), pattern.end());
  // Wildcards before an unknown part make no difference to where `..` behind it leads.
  joined = spread({simplify(joined), ""}, from);
  if (!joined.front()) return {PathOutcome::anything, {}};
  const auto anchor = anchor_of(from, *joined.front());
  if (!anchor) return {PathOutcome::no_path, {}};
  const bool is_known = joined.size() == 1 && !has_too_many_alternatives(*joined.front());
  // What stands before an unknown part belongs to one component with it.
  const std::string known = is_known ? anchor->rest : anchor->rest.substr(0, anchor->rest.rfind('/') + 1);
  const auto set = parse_file_set(anchor->directory, known);
  if (!set) return {PathOutcome::no_path, {}};
  Adding adding{tree, reach, inputs, {}};
  if (!is_known) {
    add_glob({set->base, ""}, "**/*", ReferenceKind::file_set, adding);
  } else if (set->components.empty()) {
    add_one({RepoPath(), set->base.str()}, ReferenceKind::file, std::nullopt, adding);
  } else {
    add_glob({set->base, ""}, to_glob(set->components), ReferenceKind::file_set, adding);
  }
  return {is_known ? PathOutcome::known : PathOutcome::covered, std::move(adding.added)};
}

}  // namespace statelane::states
