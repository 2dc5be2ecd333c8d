#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "support/preset.hpp"
#include "support/preset_text.hpp"

namespace statelane::support {

namespace {

using namespace std::string_view_literals;
using File = repo::MemoryTree::File;
using Kind = repo::EntryKind;
using Quantiles = std::array<std::size_t, 5>;

constexpr Quantiles files_of_a_commit = {1, 2, 9, 49, 600};
constexpr Quantiles directories_of_a_commit = {1, 1, 2, 10, 168};

bool is_configuration(const RepoPath& path) { return path.name().ends_with(".tf"); }

/// Replaces the first number of two digits or more behind `from`; nothing when there is none.
void change_number(std::string& text, std::size_t from) {
  const auto is_digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
  for (std::size_t at = from; at < text.size(); ++at) {
    if (!is_digit(at) || !is_digit(at + 1)) continue;
    text[at] = text[at] == '9' ? '1' : static_cast<char>(text[at] + 1);
    return;
  }
}

/// Cuts the block that begins at a line starting with `head`, up to its closing brace in the first column.
bool cut_block(std::string& text, std::string_view head) {
  const std::size_t at = text.find("\n" + std::string(head));
  if (at == std::string::npos) return false;
  const std::size_t end = text.find("\n}\n", at);
  if (end == std::string::npos) return false;
  text.erase(at + 1, end + 2 - at);
  return true;
}

}  // namespace

PresetRepository::Change PresetRepository::make_change() {
  Change change;
  ++commits_;
  if (random_.chance(40)) {
    change_whole_directory(change);
    return change;
  }
  const std::size_t directories = std::min(random_.draw(directories_of_a_commit), states_.size());
  const std::size_t wanted = std::min(random_.draw(files_of_a_commit), files_.size() / 4 + 1);
  for (std::size_t turn = 0; turn < std::max(directories, wanted); ++turn) {
    const bool is_elsewhere = random_.chance(80);
    const bool is_module = !modules_.empty() && random_.chance(120);
    const RepoPath& directory = is_module ? random_.pick(modules_) : random_.pick(states_);
    const auto files = files_below(is_elsewhere ? RepoPath() : directory);
    const std::size_t act = random_.below(1000);
    if (act >= 680 && act < 870) {
      add_file(directory, change);
    } else if (files.empty()) {
      continue;
    } else if (act < 680) {
      change_file(random_.pick(files), change);
    } else if (act < 980) {
      remove_file(random_.pick(files), change);
    } else {
      move_file(random_.pick(files), change);
    }
  }
  return change;
}

void PresetRepository::change_file(const RepoPath& path, Change& change) {
  File file = files_.at(path);
  if (file.kind == Kind::symlink) return remove_file(path, change);
  if (random_.chance(30)) {
    file.kind = file.kind == Kind::file ? Kind::executable : Kind::file;
  } else if (is_configuration(path)) {
    change_configuration(path, file.content);
  } else {
    file.content += fmt::format("# {}\n", random_.below(1000));
  }
  put(path, std::move(file), change);
}

void PresetRepository::change_configuration(const RepoPath& path, std::string& text) {
  const RepoPath directory = path.parent();
  const std::size_t act = random_.below(100);
  if (act < 15) {
    text += fmt::format("# checked in {}\n", 1990 + random_.below(60));
  } else if (act < 20) {
    text.insert(text.find('\n') == std::string::npos ? text.size() : text.find('\n'), "\n\n");
  } else if (act < 50) {
    change_number(text, random_.below(text.size() + 1));
  } else if (act < 65) {
    text += make_block(random_);
  } else if (act < 75 && !modules_.empty()) {
    text += module_block(directory, random_.pick(modules_));
  } else if (act < 82) {
    cut_block(text, "module ");
  } else if (act < 87) {
    text += file_call_block(directory);
  } else if (act < 90) {
    cut_block(text, "locals ");
  } else if (act < 92) {
    cut_block(text, "terraform ");
  } else if (act < 95) {
    text += remote_state_block(directory, random_.pick(states_));
  } else if (act < 97) {
    text += backend_block(directory);
  } else if (act < 98) {
    text.resize(text.size() / 2);
  } else {
    text += fmt::format("locals {{\n  any_{} = file(\"${{path.module}}/files/${{var.unset}}.json\")\n}}\n", commits_);
  }
}

void PresetRepository::add_file(const RepoPath& directory, Change& change) {
  const std::size_t act = random_.below(100);
  const std::string name = fmt::format("{}-{}", make_name(random_), commits_);
  if (act < 40) {
    put(directory.child(name + ".tf"), File{make_blocks(random_, 400), Kind::file}, change);
  } else if (act < 60) {
    const std::string file = "files/" + name + (random_.chance(500) ? ".json" : ".sh");
    put(*directory.resolve(file), File{make_other(random_, file, 300), Kind::file}, change);
  } else if (act < 70) {
    put(directory.child("terraform.tfvars"), File{fmt::format("environment = \"{}\"\n", name), Kind::file}, change);
  } else if (act < 78) {
    put(directory.child(".terraform.lock.hcl"), File{fmt::format("# {}\n", name), Kind::file}, change);
  } else if (act < 84) {
    put(directory.child("README.md"), File{name + "\n", Kind::file}, change);
  } else if (act < 90) {
    const RepoPath& other = random_.pick(states_);
    const std::string target = relative_path(directory, other) + "/main.tf";
    put(directory.child(name + ".tf"), File{target, Kind::symlink}, change);
  } else {
    // What a guard waits for.
    const std::string marker = "fileexists(\"${path.module}/";
    for (const RepoPath& path : files_below(directory)) {
      const std::string& text = files_.at(path).content;
      const std::size_t at = text.find(marker);
      if (at == std::string::npos) continue;
      const std::size_t begin = at + marker.size();
      const auto wanted = path.parent().resolve(text.substr(begin, text.find('"', begin) - begin));
      if (wanted) put(*wanted, File{"here now\n", Kind::file}, change);
      return;
    }
  }
}

void PresetRepository::remove_file(const RepoPath& path, Change& change) { put(path, std::nullopt, change); }

void PresetRepository::move_file(const RepoPath& path, Change& change) {
  const RepoPath target = path.parent().child(fmt::format("moved-{}-{}", commits_, path.name()));
  put(target, files_.at(path), change);
  put(path, std::nullopt, change);
}

/// A state or module comes, goes or moves as a whole.
void PresetRepository::change_whole_directory(Change& change) {
  const bool is_module = !modules_.empty() && random_.chance(250);
  std::vector<RepoPath>& directories = is_module ? modules_ : states_;
  const RepoPath directory = random_.pick(directories);
  const RepoPath fresh = directory.parent().child(fmt::format("{}-new-{}", make_name(random_), commits_));
  const std::size_t act = random_.below(3);
  for (const RepoPath& path : files_below(directory)) {
    const std::string place(path.within(directory));
    if (act != 0) put(*fresh.resolve(place), files_.at(path), change);
    if (act != 1) put(path, std::nullopt, change);
  }
  if (act != 0) directories.push_back(fresh);
  // The commit that takes the last state away says nothing about any.
  if (act != 1 && directories.size() > 1) std::erase(directories, directory);
}

void PresetRepository::put(const RepoPath& path, std::optional<File> file, Change& change) {
  if (file) {
    // No path may lie below the path of a file.
    for (RepoPath above = path.parent(); !above.is_root(); above = above.parent()) {
      if (files_.contains(above)) return;
    }
    if (!files_below(path).empty() && !files_.contains(path)) return;
    files_[path] = *file;
  } else {
    files_.erase(path);
  }
  change[path] = std::move(file);
}

std::vector<RepoPath> PresetRepository::files_below(const RepoPath& directory) const {
  std::vector<RepoPath> result;
  for (auto entry = files_.lower_bound(directory); entry != files_.end(); ++entry) {
    if (!entry->first.str().starts_with(directory.str())) break;
    if (entry->first.is_within(directory)) result.push_back(entry->first);
  }
  return result;
}

}  // namespace statelane::support
