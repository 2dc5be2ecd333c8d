#include "emit/json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "emit/history.hpp"
#include "emit/status.hpp"
#include "emit/why.hpp"
#include "emit/words.hpp"
#include "pipeline/patterns_of.hpp"
#include "states/instances.hpp"

namespace statelane::emit {

namespace {

using Json = nlohmann::ordered_json;
using states::State;

std::string text_of(const RepoPath& path) { return escape_non_utf8(path.str()); }

Json paths_of(std::span<const RepoPath> paths) {
  Json list = Json::array();
  for (const RepoPath& path : paths) list.push_back(text_of(path));
  return list;
}

Json ids_of(std::span<const std::string> ids) {
  Json list = Json::array();
  for (const std::string& id : ids) list.push_back(escape_non_utf8(id));
  return list;
}

Json backend_of(const State& state) {
  if (!state.backend) return nullptr;
  Json backend = {{"type", escape_non_utf8(state.backend->type)}};
  for (const auto& [name, value] : state.backend->known) backend[escape_non_utf8(name)] = escape_non_utf8(value);
  for (const auto& [name, parts] : state.backend->partial) {
    std::string text;
    for (const auto& part : parts) text += part ? *part : "*";
    backend["partial"][escape_non_utf8(name)] = escape_non_utf8(text);
  }
  if (!state.backend->unknown.empty()) backend["unknown"] = ids_of(state.backend->unknown);
  return backend;
}

Json counts_of(const State& state) {
  // They are sorted by kind.
  Json counts = Json::object();
  for (auto input = state.inputs.begin(); input != state.inputs.end();) {
    const auto next = std::find_if(input, state.inputs.end(),
                                   [kind = input->kind](const states::Input& other) { return other.kind != kind; });
    counts[std::string(word_of(input->kind))] = next - input;
    input = next;
  }
  return counts;
}

Json place_of(const states::Place& place) {
  Json json;
  json["file"] = text_of(place.file);
  json["line"] = place.line == 0 ? Json(nullptr) : Json(place.line);
  return json;
}

/// Member by member: there are thousands of states, and a list of members is first made an array of arrays.
Json state_of(const State& state) {
  Json json;
  json["id"] = escape_non_utf8(state.id);
  json["dir"] = escape_non_utf8(state.directory.display());
  json["instance"] = state.instance ? Json(escape_non_utf8(*state.instance)) : Json(nullptr);
  json["kind"] = word_of(state.kind);
  json["reason"] = word_of(state.reason);
  json["reason_at"] = place_of(state.reason_place);
  json["backend"] = backend_of(state);
  json["lost_with_job"] = state.is_lost_with_job();
  json["tool"] = escape_non_utf8(state.tool);
  json["workspace"] = escape_non_utf8(state.workspace);
  json["var_files"] = paths_of(state.var_files);
  json["backend_files"] = paths_of(states::backend_files(state.backend_config));
  json["inputs"] = counts_of(state);
  return json;
}

Json step_of(const impact::CauseStep& step) {
  Json json = {{"kind", word_of(step.kind)}};
  if (step.path) json["path"] = escape_non_utf8(step.path->display());
  if (step.line) json["line"] = *step.line;
  if (step.state) json["state"] = escape_non_utf8(*step.state);
  return json;
}

/// Chains of one state that are written; a reader of more looks at the changed paths.
constexpr std::size_t most_causes = 256;

/// All causes, or as many as are written: one for each changed path first. In the order of `causes`.
std::vector<impact::Cause> most_telling(const std::vector<impact::Cause>& causes) {
  if (causes.size() <= most_causes) return causes;
  std::vector<std::size_t> first, more;
  for (std::size_t index = 0; index < causes.size(); ++index) {
    const bool is_same = index > 0 && causes[index].front() == causes[index - 1].front();
    (is_same ? more : first).push_back(index);
  }
  first.insert(first.end(), more.begin(), more.end());
  first.resize(most_causes);
  std::sort(first.begin(), first.end());
  std::vector<impact::Cause> result;
  for (const std::size_t index : first) result.push_back(causes[index]);
  return result;
}

Json commit_of(const std::string& commit) { return commit.empty() ? Json(nullptr) : Json(commit); }

/// As many as are written; how many are not is noted in `owner`.
Json causes_of(const impact::Affected& affected, Json& owner) {
  Json result = Json::array();
  const auto causes = most_telling(affected.causes);
  if (causes.size() < affected.causes.size()) owner["causes_left_out"] = affected.causes.size() - causes.size();
  for (const impact::Cause& cause : causes) {
    Json chain = Json::array();
    for (const impact::CauseStep& step : cause) chain.push_back(step_of(step));
    result.push_back(std::move(chain));
  }
  return result;
}

/// `base` is what those are compared with that have no base of their own; empty: it is said once, for all.
Json affected_of(const impact::Affected& affected, const std::string& base) {
  Json json = {{"id", escape_non_utf8(affected.id)}, {"change", word_of(affected.change)}};
  if (!affected.from.empty()) json["from"] = escape_non_utf8(affected.from);
  if (!affected.orphans.empty()) json["orphans"] = escape_non_utf8(affected.orphans);
  if (!affected.also.empty()) json["also"] = escape_non_utf8(affected.also);
  if (affected.pending || !base.empty()) json["base"] = commit_of(affected.pending ? affected.pending->base : base);
  if (affected.pending) {
    json["pending"] = escape_non_utf8(affected.pending->text);
    json["commits"] = affected.pending->commits;
  }
  json["causes"] = Json::array();
  json["causes"] = causes_of(affected, json);
  return json;
}

void add_ends(Json& json, const pipeline::ComparedCommits& comparison) {
  json["base"] = {{"commit", commit_of(comparison.base)},
                  {"reason", comparison.base_reason},
                  {"text", escape_non_utf8(comparison.base_text)}};
  const std::string_view tree = !comparison.head.empty() ? "commit" : comparison.is_staged ? "index" : "work_tree";
  json["head"] = {{"commit", commit_of(comparison.head)}, {"tree", tree}};
}

std::string finish(const Json& json) { return json.dump(2) + "\n"; }

Json collisions_of(const comparison::Collisions& collisions) {
  Json json = {{"looked", nullptr}, {"remarks", ids_of(collisions.remarks)}, {"same_states", Json::array()}};
  if (collisions.was_looked) json["looked"] = collisions.looked;
  for (const comparison::Collision& collision : collisions.found) {
    Json states = Json::array();
    for (const auto& [id, path] : collision.states)
      states.push_back({{"id", escape_non_utf8(id)}, {"path", text_of(path)}});
    json["same_states"].push_back({{"merge_request", collision.request}, {"states", std::move(states)}});
  }
  return json;
}

}  // namespace

std::string render_list_json(const states::LoadedStates& loaded, std::span<const RepoPath> unclaimed) {
  Json json = {{"schema", "statelane/list/1"},
               {"states", Json::array()},
               {"left_out", Json::array()},
               {"unclaimed", paths_of(unclaimed)}};
  for (const State& state : loaded.graph.states()) json["states"].push_back(state_of(state));
  for (const states::LeftOut& entry : loaded.left_out) {
    json["left_out"].push_back({{"dir", escape_non_utf8(entry.directory.display())}, {"why", entry.why}});
  }
  return finish(json);
}

std::string render_inputs_json(const State& state, std::span<const RepoPath> files) {
  std::set<std::string> modules;
  for (const states::Input& input : state.inputs) {
    if (input.kind == states::InputKind::module_directory) modules.insert(escape_non_utf8(input.path.display()));
  }
  Json unknown = Json::array();
  for (const states::Unknown& entry : state.unknown) {
    unknown.push_back(
        {{"file", text_of(entry.place.file)}, {"line", entry.place.line}, {"what", escape_non_utf8(entry.what)}});
  }
  return finish({{"schema", "statelane/inputs/1"},
                 {"state", escape_non_utf8(state.id)},
                 {"modules", modules},
                 {"files", paths_of(files)},
                 {"patterns", ids_of(pipeline::patterns_of(state))},
                 {"unknown", std::move(unknown)}});
}

std::string render_inputs_of_json(const RepoPath& path, std::span<const std::string> ids) {
  return finish({{"schema", "statelane/inputs-of/1"}, {"path", text_of(path)}, {"states", ids_of(ids)}});
}

std::string render_graph_json(const states::LoadedStates& loaded) {
  const states::StateGraph& graph = loaded.graph;
  Json json = {{"schema", "statelane/graph/1"}, {"states", Json::array()}, {"edges", Json::array()}};
  for (const State& state : graph.states()) json["states"].push_back(escape_non_utf8(state.id));
  for (const states::Edge& edge : graph.edges()) {
    json["edges"].push_back({{"from", escape_non_utf8(graph.states()[edge.from].id)},
                             {"to", escape_non_utf8(graph.states()[edge.to].id)},
                             {"kind", word_of(edge.kind)},
                             {"file", text_of(edge.place.file)},
                             {"line", edge.place.line}});
  }
  for (const states::Promotion& promotion : graph.promotions()) {
    json["promotions"].push_back({{"from", escape_non_utf8(graph.states()[promotion.from].id)},
                                  {"to", escape_non_utf8(graph.states()[promotion.to].id)}});
  }
  json["cycles"] = Json::array();
  for (const auto& cycle : states::find_cycles(graph)) {
    Json way = Json::array();
    for (const std::uint32_t state : cycle) way.push_back(escape_non_utf8(graph.states()[state].id));
    json["cycles"].push_back(std::move(way));
  }
  json["unmatched"] = Json::array();
  for (const states::Unmatched& entry : loaded.unmatched) {
    json["unmatched"].push_back({{"state", escape_non_utf8(entry.state)},
                                 {"file", text_of(entry.place.file)},
                                 {"line", entry.place.line},
                                 {"what", escape_non_utf8(entry.what)}});
  }
  return finish(json);
}

std::string render_affected_json(const pipeline::ComparedCommits& comparison, const impact::Impact& impact,
                                 const comparison::Collisions* collisions) {
  const std::string base = comparison.base_reason == "applied" ? comparison.base : "";
  Json json = {{"schema", "statelane/affected/1"}};
  add_ends(json, comparison);
  json["affected"] = Json::array();
  json["skipped"] = Json::array();
  for (const impact::Affected& affected : impact.affected) json["affected"].push_back(affected_of(affected, base));
  for (const impact::Skipped& skipped : impact.skipped) {
    json["skipped"].push_back(
        {{"id", escape_non_utf8(skipped.id)}, {"why", "format"}, {"paths", paths_of(skipped.paths)}});
  }
  json["dependents"] = ids_of(impact.dependents);
  json["untouched"] = ids_of(impact.untouched);
  json["unclaimed"] = paths_of(impact.unclaimed);
  if (collisions != nullptr) json["merge_requests"] = collisions_of(*collisions);
  return finish(json);
}

std::string render_why_json(const pipeline::ComparedCommits& comparison, const Why& why) {
  const impact::Affected* affected = why.impact.find(why.id);
  const auto& skipped = why.impact.skipped;
  const auto format =
      std::find_if(skipped.begin(), skipped.end(), [&](const impact::Skipped& entry) { return entry.id == why.id; });
  Json json = {{"schema", "statelane/why/1"}};
  add_ends(json, comparison);
  json["state"] = escape_non_utf8(why.id);
  json["affected"] = affected != nullptr ? affected_of(*affected, "") : Json(nullptr);
  json["skipped"] = format != skipped.end() ? paths_of(format->paths) : Json::array();
  json["dependencies"] = ids_of(why.dependencies);
  json["changed"] = why.changed_paths;
  json["near"] = Json::array();
  for (const impact::NearMiss& miss : why.near) {
    Json entry = {{"path", text_of(miss.path)}, {"why", word_of(miss.why)}};
    entry["input"] = escape_non_utf8(miss.input.display());
    if (!miss.state.empty()) entry["state"] = escape_non_utf8(miss.state);
    json["near"].push_back(std::move(entry));
  }
  return finish(json);
}

std::string render_history_json(const History& history) {
  Json json = {{"schema", "statelane/history/1"}, {"commits", Json::array()}};
  for (const HistoryStep& step : history.steps) {
    Json entry = {{"commit", step.commit},
                  {"parent", commit_of(step.parent)},
                  {"states", step.states},
                  {"affected", ids_of(step.affected)},
                  {"plans", step.plans},
                  {"directory_globs", {{"plans", step.by_globs}, {"missed", ids_of(step.missed_by_globs)}}},
                  {"unread", step.unread}};
    if (step.is_read_from_pipeline) {
      entry["pipeline"] = {{"plans", step.by_pipeline}, {"missed", ids_of(step.missed_by_pipeline)}};
    }
    json["commits"].push_back(std::move(entry));
  }
  const HistoryTotals totals = totals_of(history);
  json["totals"] = {{"commits", history.steps.size()},
                    {"plans", totals.plans},
                    {"all_states", totals.all_states},
                    {"directory_globs", {{"plans", totals.by_globs}, {"missed", totals.missed_by_globs}}},
                    {"unread", totals.unread}};
  if (totals.is_read_from_pipeline)
    json["totals"]["pipeline"] = {{"plans", totals.by_pipeline}, {"missed", totals.missed_by_pipeline}};
  json["complete"] = history.cut.empty();
  return finish(json);
}

namespace {

Json deployment_of(const std::optional<applied::Deployment>& found) {
  if (!found) return nullptr;
  const auto text = [](const std::string& value) {
    return value.empty() ? Json(nullptr) : Json(escape_non_utf8(value));
  };
  return {{"commit", found->commit},   {"time", text(found->finished_at)},
          {"job", text(found->job)},   {"branch", text(found->branch)},
          {"user", text(found->user)}, {"pipeline", text(found->pipeline_url)},
          {"iid", found->iid}};
}

Json standing_of(const comparison::StateStanding& state, const comparison::BranchLine& line) {
  Json json = {{"id", escape_non_utf8(state.id)},
               {"status", word_of(state.standing)},
               {"source", word_of(state.record.source)},
               {"applied", deployment_of(state.record.applied)},
               {"failed", deployment_of(state.record.failed)},
               {"offered", deployment_of(state.record.offered)},
               {"foreign", deployment_of(state.record.foreign)},
               {"text", escape_non_utf8(state.text)},
               {"is_offered", state.affected.has_value()},
               {"commits", Json::array()},
               {"changes", Json::array()}};
  for (const std::size_t position : state.commits) {
    const comparison::LineCommit& commit = line.commits[position];
    json["commits"].push_back(commit.commit);
    json["changes"].push_back(
        {{"commit", commit.commit},
         {"merge_request", commit.merge_request.empty() ? Json(nullptr) : Json(commit.merge_request)},
         {"author", escape_non_utf8(commit.author)},
         {"subject", escape_non_utf8(commit.subject)}});
  }
  json["causes"] = Json::array();
  if (state.affected) json["causes"] = causes_of(*state.affected, json);
  return json;
}

}  // namespace

std::string render_status_json(const Status& status) {
  Json json = {{"schema", "statelane/status/1"},           {"head", {{"commit", status.head}}},
               {"branch", escape_non_utf8(status.branch)}, {"source", word_of(status.source)},
               {"remarks", ids_of(status.remarks)},        {"states", Json::array()}};
  for (const comparison::StateStanding* state : sort_by_need(status.standings.states)) {
    json["states"].push_back(standing_of(*state, status.standings.line));
    const auto drift = status.drift.find(state->id);
    if (drift == status.drift.end()) continue;
    json["states"].back()["drift"] = drift->second.text;
    const std::string cause = describe_drift_cause(*state, drift->second);
    json["states"].back()["drift_cause"] = cause.empty() ? Json() : Json(cause);
  }
  return finish(json);
}

}  // namespace statelane::emit
