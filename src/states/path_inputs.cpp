#include "states/path_inputs.hpp"

#include <algorithm>

#include "repo/links.hpp"

namespace statelane::states {

namespace {

using repo::EntryKind;
using repo::Resolved;
using terraform::ReferenceKind;

/// Where a text begins: a directory of the repository and what is to be read from it. Empty when it lies outside.
struct Anchor {
  RepoPath directory;
  std::string rest;
};

std::optional<Anchor> anchor_of(const RepoPath& from, std::string_view text) {
  if (text.starts_with(repository_root)) {
    text.remove_prefix(repository_root.size());
    while (text.starts_with('/')) text.remove_prefix(1);
    return Anchor{RepoPath(), std::string(text)};
  }
  if (text.starts_with('/') || text.starts_with('~')) return std::nullopt;
  return Anchor{from, std::string(text)};
}

bool begins_like_path(std::string_view text) {
  return text.starts_with("./") || text.starts_with("../") || text == ".." || text.starts_with(repository_root);
}

/// Adds the links of a resolution; returns the way to what lies behind them.
Reach add_links(const Resolved& resolved, const Reach& reach, InputSet& inputs) {
  Reach last = reach;
  for (const RepoPath& link : resolved.links) last = {inputs.add(InputKind::link, link, "", last), reach.place};
  return last;
}

/// Adds the one path that `anchor` names. False when nothing is there.
bool add_one(const repo::Tree& tree, const Anchor& anchor, ReferenceKind kind,
             const std::optional<RepoPath>& definition_of, const Reach& reach, InputSet& inputs) {
  const Resolved resolved = repo::resolve_links(tree, anchor.directory, anchor.rest);
  const bool is_found = resolved.outcome == Resolved::Outcome::found;
  if (is_found && resolved.kind == EntryKind::directory && definition_of && definition_of->is_within(resolved.path))
    return true;
  const Reach way = add_links(resolved, reach, inputs);
  if (resolved.outcome == Resolved::Outcome::outside || resolved.outcome == Resolved::Outcome::cycle) return is_found;
  const bool may_be_directory = is_found ? resolved.kind == EntryKind::directory : kind == ReferenceKind::path_text;
  inputs.add(may_be_directory ? InputKind::data_directory : InputKind::file, resolved.path, "", way);
  return is_found;
}

std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char letter : text + " ") {
    if (std::string_view(" \t\n\r\"'`=;&|<>(),:").find(letter) == std::string_view::npos) {
      word += letter;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

void add_known_text(const repo::Tree& tree, const RepoPath& from, const std::string& text, ReferenceKind kind,
                    const std::optional<RepoPath>& definition_of, const Reach& reach, InputSet& inputs) {
  if (kind == ReferenceKind::file) {
    if (const auto anchor = anchor_of(from, text)) add_one(tree, *anchor, kind, definition_of, reach, inputs);
    return;
  }
  const std::vector<std::string> words = split_words(text);
  const bool is_one_word = words.size() == 1 && words.front() == text;
  if (!is_one_word && begins_like_path(text)) {
    const auto anchor = anchor_of(from, text);
    if (anchor && repo::resolve_links(tree, anchor->directory, anchor->rest).outcome == Resolved::Outcome::found) {
      add_one(tree, *anchor, kind, definition_of, reach, inputs);
      return;
    }
  }
  for (const std::string& word : words) {
    if (!begins_like_path(word)) continue;
    if (const auto anchor = anchor_of(from, word)) add_one(tree, *anchor, kind, definition_of, reach, inputs);
  }
}

/// A glob that covers the text of `parts` from `begin` on, whatever the unknown parts are: any text, slashes included.
std::string glob_of(const PartialText& parts) {
  std::string glob;
  for (const auto& part : parts) {
    if (part) {
      glob += escape_glob(*part);
    } else if (glob.ends_with("**/*")) {
      continue;
    } else if (glob.empty() || glob.ends_with('/')) {
      glob += "**/*";
    } else {
      glob += "{*,*/**/*}";
    }
  }
  return glob;
}

bool climbs(const PartialText& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [](const auto& part) { return part && part->find("..") != std::string::npos; });
}

/// Adds `glob`, relative to `directory`, after following the links on the way to the directory.
void add_glob(const repo::Tree& tree, const Anchor& directory, const std::string& glob, const Reach& reach,
              InputSet& inputs) {
  const Resolved resolved = repo::resolve_links(tree, directory.directory, directory.rest);
  const Reach way = add_links(resolved, reach, inputs);
  if (resolved.outcome == Resolved::Outcome::outside || resolved.outcome == Resolved::Outcome::cycle) return;
  const std::string prefix = resolved.path.is_root() ? "" : escape_glob(resolved.path.str()) + "/";
  inputs.add(InputKind::pattern, resolved.path, prefix + glob, way);
}

/// Drops unknown parts' neighbours that are empty and joins known ones.
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
  return result;
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

PathOutcome add_path_inputs(const repo::Tree& tree, const RepoPath& from, const PartialText& parts, ReferenceKind kind,
                            const std::optional<RepoPath>& definition_of, const Reach& reach, InputSet& inputs) {
  const PartialText text = simplify(parts);
  if (text.empty()) return PathOutcome::no_path;
  if (text.size() == 1 && text.front()) {
    const std::size_t before = inputs.size();
    add_known_text(tree, from, *text.front(), kind, definition_of, reach, inputs);
    return inputs.size() == before ? PathOutcome::no_path : PathOutcome::known;
  }
  if (kind != ReferenceKind::file && !(text.front() && begins_like_path(*text.front()))) return PathOutcome::no_path;
  if (!text.front()) return PathOutcome::anything;
  const auto split = split_directory(from, text);
  if (!split) return PathOutcome::no_path;
  add_glob(tree, split->directory, climbs(split->rest) ? "**/*" : glob_of(split->rest), reach, inputs);
  return PathOutcome::covered;
}

PathOutcome add_file_set_inputs(const repo::Tree& tree, const RepoPath& from, const PartialText& directory,
                                const PartialText& pattern, const Reach& reach, InputSet& inputs) {
  const PartialText base = simplify(directory);
  if (base.empty() || !base.front()) return PathOutcome::anything;
  const PartialText names = simplify(pattern);
  const bool is_known = base.size() == 1 && names.size() == 1 && names.front();
  if (!is_known) {
    PartialText everything = base;
    everything.push_back("/");
    everything.push_back(std::nullopt);
    return add_path_inputs(tree, from, everything, ReferenceKind::file, std::nullopt, reach, inputs);
  }
  const auto anchor = anchor_of(from, *base.front());
  if (!anchor) return PathOutcome::no_path;
  // Terraform's `**` at the end lists every depth; in GitLab's pattern language that is `**/*`.
  std::string glob = *names.front();
  if (glob == "**" || glob.ends_with("/**")) glob += "/*";
  add_glob(tree, *anchor, climbs(names) ? "**/*" : glob, reach, inputs);
  return PathOutcome::known;
}

}  // namespace statelane::states
