#include "states/existing_inputs.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace statelane::states {

namespace {

class Collector {
 public:
  Collector(const repo::Tree& tree, const StateGraph& graph, std::uint32_t state, bool with_evaluated)
      : tree_(tree), graph_(graph), state_(state), with_evaluated_(with_evaluated) {}

  std::vector<RepoPath> collect() {
    for (const Input& input : graph_.states()[state_].inputs) {
      if (input.kind == InputKind::version_pin) {
        add_pins(input.path);
      } else if (const auto entry = tree_.find(input.path)) {
        visit(input.path, entry->kind);
      }
    }
    return {found_.begin(), found_.end()};
  }

 private:
  void visit(const RepoPath& path, repo::EntryKind kind) {
    if (kind != repo::EntryKind::directory) {
      add(path);
      return;
    }
    if (!walked_.insert(path).second) return;
    for (const repo::TreeEntry& entry : tree_.list(path)) {
      if (entry.name != ".terraform") visit(path.child(entry.name), entry.kind);
    }
  }

  void add(const RepoPath& path) {
    const auto claims = graph_.claims(path);
    const bool is_claimed =
        std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) { return counts(claim); });
    if (is_claimed) found_.insert(path);
  }

  bool counts(const Claim& claim) const {
    if (claim.state != state_) return false;
    return with_evaluated_ || graph_.states()[state_].inputs[claim.input].kind != InputKind::unit_configuration;
  }

  void add_pins(RepoPath directory) {
    for (;; directory = directory.parent()) {
      for (const repo::TreeEntry& entry : tree_.list(directory)) {
        if (is_version_pin_name(entry.name)) add(directory.child(entry.name));
      }
      if (directory.is_root()) return;
    }
  }

  const repo::Tree& tree_;
  const StateGraph& graph_;
  std::uint32_t state_;
  bool with_evaluated_;
  std::set<RepoPath> found_;
  std::set<RepoPath> walked_;
};

}  // namespace

std::vector<RepoPath> find_existing_inputs(const repo::Tree& tree, const StateGraph& graph, std::uint32_t state) {
  return Collector(tree, graph, state, true).collect();
}

std::vector<RepoPath> find_regrouped_inputs(const repo::Tree& base, const StateGraph& base_graph,
                                            const repo::Tree& head, const StateGraph& head_graph,
                                            const std::string& id) {
  // Which files Terragrunt evaluates does not matter by itself, only what it makes of them.
  const std::vector<RepoPath> before = Collector(base, base_graph, *base_graph.find(id), false).collect();
  const std::vector<RepoPath> after = Collector(head, head_graph, *head_graph.find(id), false).collect();
  std::vector<RepoPath> differing;
  std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(),
                                std::back_inserter(differing));
  std::erase_if(differing, [&](const RepoPath& path) { return !base.find(path) || !head.find(path); });
  return differing;
}

}  // namespace statelane::states
