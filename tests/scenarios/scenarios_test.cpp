// Runs every case of fixtures/scenarios. STATELANE_REWRITE=1 writes the answers into the files instead.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <set>

#include "config/config.hpp"
#include "impact/impact.hpp"
#include "impact/regrouping.hpp"
#include "scenarios/scenario.hpp"
#include "states/existing_inputs.hpp"
#include "states/load_states.hpp"
#include "support/source_directory.hpp"

namespace {

using namespace statelane;

/// Both sides of a case, loaded.
struct Loaded {
  repo::MemoryTree tree;  ///< head's
  states::LoadedStates base;
  states::LoadedStates head;
  repo::ChangeSet changes;
  std::set<std::string> regrouped;
  Diagnostics diagnostics;
};

states::LoadedStates load(const repo::Tree& tree, facts::FactStore& facts, Diagnostics& diagnostics) {
  const RepoPath path = RepoPath::of(config::file_name);
  const config::Config config =
      tree.find(path) ? config::parse_config(tree.read(path), path, diagnostics) : config::Config{};
  return states::load_states(tree, config, facts, diagnostics);
}

Loaded load(const test::Scenario& scenario) {
  const repo::MemoryTree base(scenario.base);
  const repo::MemoryTree head(scenario.head);
  facts::FactStore facts;
  Loaded result;
  Diagnostics ignored;
  result.base = load(base, facts, ignored);
  result.head = load(head, facts, result.diagnostics);
  result.changes = repo::diff_trees(&base, &head);
  result.tree = head;
  for (const std::string& id : impact::find_regrouping_candidates(result.base.graph, result.head.graph)) {
    auto inputs = states::find_regrouped_inputs(base, result.base.graph, head, result.head.graph, id);
    std::erase_if(inputs, [&](const RepoPath& path) {
      return std::any_of(result.changes.begin(), result.changes.end(),
                         [&](const repo::FileChange& change) { return change.path == path; });
    });
    if (!inputs.empty()) result.regrouped.insert(id);
  }
  return result;
}

std::string_view name_of(states::StateReason reason) {
  switch (reason) {
    case states::StateReason::backend_block: return "backend block";
    case states::StateReason::cloud_block: return "cloud block";
    case states::StateReason::lock_file: return "lock file";
    case states::StateReason::configured: return "configured";
    case states::StateReason::unit: return "unit";
    case states::StateReason::stack_unit: return "stack unit";
  }
  return "";
}

std::string_view name_of(states::InputKind kind) {
  switch (kind) {
    case states::InputKind::own_directory: return "own directory";
    case states::InputKind::module_directory: return "module directory";
    case states::InputKind::data_directory: return "data directory";
    case states::InputKind::file: return "file";
    case states::InputKind::pattern: return "pattern";
    case states::InputKind::variable_file: return "variable file";
    case states::InputKind::backend_file: return "backend file";
    case states::InputKind::lock_file: return "lock file";
    case states::InputKind::version_pin: return "version pin";
    case states::InputKind::configured: return "configured";
    case states::InputKind::link: return "link";
    case states::InputKind::configuration_file: return "configuration file";
    case states::InputKind::attributes: return "attributes";
    case states::InputKind::unit_configuration: return "unit configuration";
    case states::InputKind::unit_file: return "unit file";
  }
  return "";
}

std::string_view name_of(states::EdgeKind kind) {
  return kind == states::EdgeKind::remote_state ? "remote_state"
         : kind == states::EdgeKind::possible   ? "possible"
         : kind == states::EdgeKind::dependency ? "dependency"
                                                : "declared";
}

std::string_view name_of(impact::Change change) {
  switch (change) {
    case impact::Change::modified: return "modified";
    case impact::Change::added: return "added";
    case impact::Change::deleted: return "deleted";
    case impact::Change::retired: return "retired";
    case impact::Change::moved: return "moved";
    case impact::Change::dependent: return "dependent";
  }
  return "";
}

/// Conventional inputs that every state has are left out: they say nothing about a case.
std::string render_inputs(const states::State& state) {
  std::string result;
  for (const states::Input& input : state.inputs) {
    const bool is_everywhere = input.kind == states::InputKind::own_directory ||
                               input.kind == states::InputKind::version_pin ||
                               input.kind == states::InputKind::lock_file;
    if (is_everywhere) continue;
    result += fmt::format("{} {}\n", name_of(input.kind), input.glob.empty() ? input.path.display() : input.glob);
  }
  return result;
}

std::string render_affected(const Loaded& loaded) {
  const impact::Impact impact =
      impact::find_affected(loaded.base.graph, loaded.head.graph, {loaded.changes, {}, loaded.regrouped});
  std::string result;
  for (const impact::Affected& affected : impact.affected) {
    result += fmt::format("{} {}{}{}\n", affected.id, name_of(affected.change),
                          affected.from.empty() ? "" : fmt::format(" from {}", affected.from),
                          affected.orphans.empty() ? "" : fmt::format(", orphans {}", affected.orphans));
  }
  for (const std::string& id : impact.dependents) result += fmt::format("dependent {}\n", id);
  for (const RepoPath& path : impact.unclaimed) result += fmt::format("unclaimed {}\n", path.str());
  return result;
}

std::string render_backend(const states::State& state) {
  if (!state.backend) return "none\n";
  std::string result = state.backend->type;
  for (const auto& [name, value] : state.backend->known) result += fmt::format(" {}={}", name, value);
  for (const auto& [name, parts] : state.backend->partial) {
    result += fmt::format(" {}=", name);
    for (const auto& part : parts) result += part.value_or("*");
  }
  for (const std::string& name : state.backend->unknown) result += fmt::format(" {}=*", name);
  return result + "\n";
}

/// Answers about one state.
std::string answer(const Loaded& loaded, const std::string& word, std::uint32_t state) {
  const states::StateGraph& graph = loaded.head.graph;
  if (word == "inputs") return render_inputs(graph.states()[state]);
  if (word == "backend") return render_backend(graph.states()[state]);
  std::string result;
  if (word == "files") {
    for (const RepoPath& path : states::find_existing_inputs(loaded.tree, graph, state)) result += path.str() + "\n";
    return result;
  }
  for (const states::Unknown& unknown : graph.states()[state].unknown) {
    result += fmt::format("{}:{}: {}\n", unknown.place.file.str(), unknown.place.line, unknown.what);
  }
  return result;
}

/// Answers about the tree that need no more than a line for each entry.
std::string answer_in_lines(const Loaded& loaded, const std::string& word) {
  const states::StateGraph& graph = loaded.head.graph;
  std::string result;
  if (word == "left-out") {
    for (const auto& entry : loaded.head.left_out)
      result += fmt::format("{}: {}\n", entry.directory.display(), entry.why);
  } else if (word == "unmatched") {
    for (const auto& entry : loaded.head.unmatched)
      result += fmt::format("{}: {}:{}: {}\n", entry.state, entry.place.file.str(), entry.place.line, entry.what);
  } else if (word == "unclaimed") {
    for (const RepoPath& path : states::find_unclaimed(loaded.head)) result += path.str() + "\n";
  } else if (word == "cycles") {
    for (const auto& cycle : states::find_cycles(graph)) {
      for (const std::uint32_t state : cycle) result += graph.states()[state].id + " -> ";
      result += graph.states()[cycle.front()].id + "\n";
    }
  }
  return result;
}

std::string answer_readers(const states::StateGraph& graph, const RepoPath& path) {
  std::set<std::string> ids;
  for (const states::Claim& claim : graph.claims(path)) ids.insert(graph.states()[claim.state].id);
  return ids.empty() ? "" : fmt::format("{}\n", fmt::join(ids, "\n"));
}

std::string answer(const Loaded& loaded, const std::string& question) {
  const std::string word = question.substr(0, question.find(' '));
  const std::string rest = question.size() > word.size() ? question.substr(word.size() + 1) : "";
  const states::StateGraph& graph = loaded.head.graph;
  std::string result;
  if (word == "affected") return render_affected(loaded);
  if (word == "readers") return answer_readers(graph, RepoPath::of(rest));
  if (word == "diagnostics") {
    for (const Diagnostic& diagnostic : loaded.diagnostics.sorted()) result += render_diagnostic(diagnostic);
  } else if (word == "states") {
    for (const states::State& state : graph.states())
      result += fmt::format("{} ({})\n", state.id, name_of(state.reason));
  } else if (word == "edges") {
    for (const states::Edge& edge : graph.edges()) {
      result +=
          fmt::format("{} -> {} ({})\n", graph.states()[edge.from].id, graph.states()[edge.to].id, name_of(edge.kind));
    }
  } else if (const auto state = graph.find(rest)) {
    return answer(loaded, word, *state);
  } else if (rest.empty()) {
    return answer_in_lines(loaded, word);
  } else {
    return fmt::format("no state {}\n", rest);
  }
  return result;
}

}  // namespace

TEST_CASE("every scenario gives the answers that it states") {
  const std::filesystem::path directory = statelane::support::source_directory() / "fixtures" / "scenarios";
  const bool rewrite = std::getenv("STATELANE_REWRITE") != nullptr;
  std::size_t cases = 0;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".md") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    auto scenarios = test::read_scenarios(file);
    // From the last to the first: rewriting one must not move those before it.
    std::reverse(scenarios.begin(), scenarios.end());
    for (auto& scenario : scenarios) {
      ++cases;
      const Loaded loaded = load(scenario);
      std::reverse(scenario.expectations.begin(), scenario.expectations.end());
      for (const auto& expectation : scenario.expectations) {
        const std::string found = answer(loaded, expectation.question);
        if (rewrite) {
          test::rewrite_expectation(scenario, expectation, found);
          continue;
        }
        CAPTURE(file.filename().string());
        CAPTURE(scenario.name);
        CAPTURE(expectation.question);
        CHECK(found == expectation.answer);
      }
    }
  }
  CHECK(cases > 0);
}
