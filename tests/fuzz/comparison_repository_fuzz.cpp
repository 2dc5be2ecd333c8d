#include <cstdlib>
#include <map>

#include "comparison/executed_changes.hpp"
#include "comparison/find_impact.hpp"
#include "repo/memory_tree.hpp"

using namespace statelane;

namespace {

using Files = std::map<RepoPath, repo::MemoryTree::File>;

/// A line `=== PATH` begins a file, `==> PATH` a link; whatever stands before the first is one state's configuration. A
/// path below that of a file is passed over.
Files part(std::string_view text) {
  Files files;
  RepoPath path = RepoPath::of("net/main.tf");
  files[path] = {};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    const bool is_link = line.starts_with("==> ");
    const auto next =
        is_link || line.starts_with("=== ") ? RepoPath::parse(line.substr(4, line.size() - 5)) : std::nullopt;
    if (next && !next->is_root()) {
      path = *next;
      files[path] = {"", is_link ? repo::EntryKind::symlink : repo::EntryKind::file};
    } else {
      files[path].content += line;
    }
  }
  for (auto file = files.begin(); file != files.end();) {
    bool is_below = false;
    for (RepoPath above = file->first.parent(); !above.is_root() && !is_below; above = above.parent())
      is_below = files.contains(above);
    file = is_below ? files.erase(file) : std::next(file);
  }
  return files;
}

comparison::LoadedTree load(Files files, facts::FactStore& facts, Diagnostics& diagnostics) {
  return comparison::load_tree(std::make_unique<repo::MemoryTree>(std::move(files)), facts, diagnostics);
}

}  // namespace

/// A whole repository, and the commit that brought its first half: folding, closures, edges and what the difference
/// touches.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  facts::FactStore facts;
  Diagnostics diagnostics;
  const comparison::LoadedTree base = load(part(text.substr(0, size / 2)), facts, diagnostics);
  const comparison::LoadedTree head = load(part(text), facts, diagnostics);
  const repo::ChangeSet changes = repo::diff_trees(base.tree.get(), head.tree.get());
  const impact::Impact impact = comparison::find_impact(base, head, changes, true, facts);
  for (const impact::Affected& affected : impact.affected)
    if (affected.causes.empty()) std::abort();
  comparison::find_executed_changes(base, head);
  for (const Diagnostic& diagnostic : diagnostics.sorted()) render_diagnostic(diagnostic);
  return 0;
}
