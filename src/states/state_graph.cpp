#include "states/state_graph.hpp"

#include <algorithm>
#include <array>

#include "base/glob.hpp"
#include "states/copy_rule.hpp"
#include "terraform/file_names.hpp"

namespace statelane::states {

namespace {

using namespace std::string_view_literals;

/// Files that are no inputs unless something reads them: those that document, and those that only commands for tests
/// and queries load.
bool is_documentation_name(std::string_view name) {
  constexpr std::array endings = {
      ".md"sv,          ".tftest.hcl"sv,   ".tftest.json"sv,   ".tofutest.hcl"sv, ".tofutest.json"sv, ".tfmock.hcl"sv,
      ".tfmock.json"sv, ".tofumock.hcl"sv, ".tofumock.json"sv, ".tfquery.hcl"sv,  ".tfquery.json"sv};
  return name.starts_with("LICENSE") || name == ".gitignore" ||
         std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

/// Terraform loads a file of this name for the root module only.
bool is_for_root_module(std::string_view name) {
  return terraform::is_variable_name(name) || name == ".terraform.lock.hcl";
}

/// `tests/` or `examples/` is a directory on the way to `relative`.
bool lies_in_tests_or_examples(std::string_view relative) {
  std::size_t begin = 0;
  for (std::size_t slash = relative.find('/'); slash != std::string_view::npos; slash = relative.find('/', begin)) {
    const std::string_view component = relative.substr(begin, slash - begin);
    if (component == "tests" || component == "examples") return true;
    begin = slash + 1;
  }
  return false;
}

/// The text of the directory that holds `path`, without making a path of it: claims are asked for every file there is.
std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

/// What the paths of everything in `directory` begin with.
std::string to_prefix(std::string_view directory) { return directory.empty() ? "" : std::string(directory) + "/"; }

/// A file or directory of `sorted` holds `path`. `directory` bounds the search upwards.
bool is_listed(const std::vector<RepoPath>& sorted, RepoPath path, const RepoPath& directory) {
  if (sorted.empty()) return false;
  for (; path != directory && !path.is_root(); path = path.parent()) {
    if (std::binary_search(sorted.begin(), sorted.end(), path)) return true;
  }
  return false;
}

}  // namespace

bool is_version_pin_name(std::string_view name) {
  constexpr std::array names = {".terraform-version"sv, ".opentofu-version"sv, ".tool-versions"sv};
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_infrastructure_name(std::string_view name) {
  constexpr std::array endings = {".tf"sv,          ".tf.json"sv,   ".tofu"sv, ".tofu.json"sv, ".tfvars"sv,
                                  ".tfvars.json"sv, ".tfbackend"sv, ".hcl"sv,  ".tftpl"sv};
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

StateGraph::StateGraph(std::vector<State> states, std::vector<Edge> edges,
                       std::unordered_map<RepoPath, DirectoryFiles> directories, std::vector<std::string> ignore,
                       std::vector<Promotion> promotions)
    : states_(std::move(states)),
      edges_(std::move(edges)),
      directories_(directories.begin(), directories.end()),
      ignore_(std::move(ignore)),
      edges_from_(states_.size()),
      edges_to_(states_.size()),
      promotions_(std::move(promotions)) {
  for (std::uint32_t index = 0; index < states_.size(); ++index) {
    const State& state = states_[index];
    by_id_.emplace(state.id, index);
    by_directory_[state.directory].push_back(index);
    for (std::uint32_t input = 0; input < state.inputs.size(); ++input) {
      const bool is_pin = state.inputs[input].kind == InputKind::version_pin;
      if (is_pin) pinned_.emplace_back(to_prefix(state.directory.str()), Claim{index, input});
      if (!is_pin) by_place_[state.inputs[input].path].push_back({index, input});
    }
  }
  std::sort(pinned_.begin(), pinned_.end());
  for (std::uint32_t index = 0; index < edges_.size(); ++index) {
    edges_from_[edges_[index].from].push_back(index);
    edges_to_[edges_[index].to].push_back(index);
  }
}

std::optional<std::uint32_t> StateGraph::find(std::string_view id) const {
  const auto found = by_id_.find(std::string(id));
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

template <typename Visit>
void StateGraph::visit_claims(const RepoPath& path, const Visit& visit) const {
  const bool ignored = is_documentation_name(path.name()) || is_ignored(path);
  for (std::string_view place = path.str();; place = parent_of(place)) {
    const auto found = by_place_.find(place);
    if (found != by_place_.end()) {
      for (const Claim& claim : found->second) {
        const State& state = states_[claim.state];
        if (covers(state, state.inputs[claim.input], path, ignored) && !visit(claim)) return;
      }
    }
    if (place.empty()) break;
  }
  if (!is_version_pin_name(path.name())) return;
  const std::string above = to_prefix(parent_of(path.str()));
  auto entry = std::lower_bound(pinned_.begin(), pinned_.end(), above,
                                [](const auto& pinned, const std::string& text) { return pinned.first < text; });
  for (; entry != pinned_.end() && entry->first.starts_with(above); ++entry) {
    if (!visit(entry->second)) return;
  }
}

std::vector<Claim> StateGraph::claims(const RepoPath& path) const {
  std::vector<Claim> result;
  visit_claims(path, [&](const Claim& claim) {
    result.push_back(claim);
    return true;
  });
  std::sort(result.begin(), result.end());
  return result;
}

bool StateGraph::is_claimed(const RepoPath& path) const {
  bool is_found = false;
  visit_claims(path, [&](const Claim&) {
    is_found = true;
    return false;
  });
  return is_found;
}

bool StateGraph::claims_all_in(const RepoPath& directory) const {
  bool is_found = false;
  // What covers this name covers every name but those of documentation and what is ignored, which are no
  // infrastructure.
  visit_claims(directory.child("any"), [&](const Claim& claim) {
    const State& state = states_[claim.state];
    const InputKind kind = state.inputs[claim.input].kind;
    is_found = kind == InputKind::module_directory || kind == InputKind::data_directory ||
               (kind == InputKind::own_directory && state.foreign.empty());
    return !is_found;
  });
  return is_found;
}

bool StateGraph::covers(const State& state, const Input& input, const RepoPath& path, bool ignored) const {
  if (state.copied && !is_copied(*state.copied, input, path)) return false;
  switch (input.kind) {
    case InputKind::own_directory:
      if (input.path.is_root() && !parent_of(path.str()).empty()) return false;
      return !ignored && !lies_in_other_state(path, input.path) && !is_listed(state.foreign, path, input.path);
    case InputKind::module_directory:
      return !ignored && !is_for_root_module(path.name()) && !lies_in_tests_or_examples(path.within(input.path)) &&
             !lies_in_other_state(path, input.path);
    case InputKind::data_directory: return true;
    case InputKind::version_pin: return false;  // found by the pin's name, see claims()
    case InputKind::pattern:
    case InputKind::configured: return config::matches_glob(input.glob, path.str());
    case InputKind::unit_configuration:
    case InputKind::unit_file: return input.glob.empty() ? path == input.path : matches_glob(input.glob, path.str());
    default: return path == input.path;
  }
}

Exclusion StateGraph::exclusion(const State& state, const Input& input, const RepoPath& path) const {
  const bool is_own = input.kind == InputKind::own_directory;
  if (is_own && input.path.is_root() && !path.parent().is_root()) return Exclusion::below_root;
  if (lies_in_other_state(path, input.path)) return Exclusion::other_state;
  if (is_own && is_listed(state.foreign, path, input.path)) return Exclusion::other_instance;
  if (!is_own && lies_in_tests_or_examples(path.within(input.path))) return Exclusion::tests_or_examples;
  if (!is_own && is_for_root_module(path.name())) return Exclusion::values_of_a_module;
  if (is_documentation_name(path.name())) return Exclusion::documentation;
  return is_ignored(path) ? Exclusion::ignored : Exclusion::none;
}

bool StateGraph::lies_in_other_state(const RepoPath& path, const RepoPath& directory) const {
  std::string_view place = parent_of(path.str());
  for (; place != directory.str() && !place.empty(); place = parent_of(place)) {
    if (by_directory_.contains(place)) return true;
  }
  return false;
}

bool StateGraph::is_ignored(const RepoPath& path) const {
  return std::any_of(ignore_.begin(), ignore_.end(),
                     [&](const std::string& glob) { return config::matches_glob(glob, path.str()); });
}

bool StateGraph::has_configuration(const RepoPath& directory) const {
  const auto found = directories_.find(directory);
  return found != directories_.end() && found->second.has_configuration;
}

bool StateGraph::is_infrastructure(const RepoPath& path) const {
  if (is_documentation_name(path.name()) || is_ignored(path)) return false;
  if (is_infrastructure_name(path.name())) return true;
  const std::string_view text = path.str();
  for (std::string_view place = parent_of(text); !place.empty(); place = parent_of(place)) {
    if (lies_in_tests_or_examples(text.substr(place.size() + 1))) return false;
    const auto found = directories_.find(place);
    if (found != directories_.end() && found->second.has_infrastructure) return true;
  }
  return false;
}

std::vector<std::uint32_t> StateGraph::states_in(const RepoPath& directory) const {
  const auto found = by_directory_.find(directory);
  return found == by_directory_.end() ? std::vector<std::uint32_t>{} : found->second;
}

namespace {

void sort_unique(std::vector<std::uint32_t>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

std::vector<std::uint32_t> StateGraph::dependencies(std::uint32_t state) const {
  std::vector<std::uint32_t> result;
  for (const std::uint32_t index : edges_from_[state]) {
    if (edges_[index].kind != EdgeKind::possible) result.push_back(edges_[index].to);
  }
  sort_unique(result);
  return result;
}

std::vector<std::uint32_t> StateGraph::comes_after(std::uint32_t state) const {
  std::vector<std::uint32_t> result = dependencies(state);
  const auto first = std::lower_bound(promotions_.begin(), promotions_.end(), state,
                                      [](const Promotion& one, std::uint32_t wanted) { return one.from < wanted; });
  for (auto each = first; each != promotions_.end() && each->from == state; ++each) result.push_back(each->to);
  sort_unique(result);
  return result;
}

std::vector<std::uint32_t> StateGraph::dependents(std::uint32_t state) const {
  std::vector<std::uint32_t> result;
  for (const std::uint32_t index : edges_to_[state]) result.push_back(edges_[index].from);
  sort_unique(result);
  return result;
}

}  // namespace statelane::states
