#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "runner/apply_record.hpp"
#include "runner/plan_metadata.hpp"
#include "runner/utf8_text.hpp"

namespace statelane::runner {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view metadata_schema = "statelane/meta/1";
constexpr std::string_view record_schema = "statelane/applied/1";
constexpr std::string_view schema_line = "\"schema\": \"statelane/meta/1\"";

Json to_json(const std::optional<std::map<std::string, PlannedOutput>>& planned) {
  if (!planned) return nullptr;
  Json json = Json::object();
  for (const auto& [name, output] : *planned)
    json[name] = {{"is_known", output.is_known}, {"why_not", output.why_not}, {"size", output.size}};
  return json;
}

std::optional<std::map<std::string, PlannedOutput>> planned_from_json(const Json& json) {
  if (json.is_null()) return std::nullopt;
  std::map<std::string, PlannedOutput> planned;
  for (const auto& [name, output] : json.items())
    planned[name] = {output.at("is_known"), output.at("why_not"), output.at("size")};
  return planned;
}

Json to_json(const PlanMetadata& metadata) {
  Json json;
  json["schema"] = metadata_schema;
  json["state"] = to_utf8(metadata.state);
  json["commit"] = to_utf8(metadata.commit);
  json["root_pipeline"] = to_utf8(metadata.root_pipeline);
  json["destroy"] = metadata.destroy;
  json["has_changes"] = metadata.has_changes;
  json["complete"] = metadata.is_complete;
  json["waits"] = metadata.waits;
  if (!metadata.applied.empty()) json["applied"] = to_utf8(metadata.applied);
  json["was_empty"] = metadata.was_empty;
  json["counts"] = {{"create", metadata.create},
                    {"update", metadata.update},
                    {"delete", metadata.remove},
                    {"destroys", metadata.destroys}};
  json["plan_sha256"] = metadata.plan_digest;
  json["report_sha256"] = metadata.report_digest;
  json["text_sha256"] = metadata.text_digest;
  json["review_sha256"] = metadata.review_digest;
  json["certificate_sha256"] = metadata.certificate_digest;
  json["inputs_sha256"] = metadata.inputs_digest;
  json["lock_file_sha256"] = metadata.lock_file_digest;
  json["helper_version"] = metadata.helper_version;
  json["tool"] = to_utf8(metadata.tool);
  json["tool_name"] = to_utf8(metadata.tool_name);
  json["tool_version"] = to_utf8(metadata.tool_version);
  json["var_files"] = to_utf8(metadata.var_files);
  json["created"] = metadata.created;
  json["expires"] = metadata.expires ? Json(*metadata.expires) : Json(nullptr);
  json["passed_guards"] = metadata.passed_guards;
  json["stored_state"] = metadata.stored_state;
  json["checkout"] = to_utf8(metadata.checkout);
  json["files"] = Json::array();
  for (const CarriedFile& file : metadata.files) {
    json["files"].push_back(
        {{"path", file.path}, {"sha256", file.sha256}, {"size", file.size}, {"executable", file.is_executable}});
  }
  json["verdict"] = to_utf8(metadata.verdict);
  json["may_open_gate"] = metadata.may_open_gate;
  if (!metadata.unit_inputs.empty()) json["unit_inputs"] = metadata.unit_inputs;
  if (metadata.has_mocks) json["mocks"] = true;
  json["outputs"] = metadata.outputs.own;
  json["sensitive_outputs"] = metadata.outputs.sensitive;
  json["planned_outputs"] = to_json(metadata.outputs.planned);
  json["remote_outputs"] = Json::array();
  for (const RemoteOutputs& remote : metadata.outputs.remote) {
    json["remote_outputs"].push_back({{"address", to_utf8(remote.address)}, {"outputs", remote.outputs}});
  }
  return json;
}

/// How a text ends whose other bytes are `content`: with their digest.
std::string seal_of(std::string_view content) {
  return fmt::format(",\n  \"sha256\": \"{}\"\n}}\n", sha256_hex(content));
}

/// The text of an object, sealed.
std::string seal(const Json& json) {
  std::string text = json.dump(2);
  text.resize(text.size() - std::string_view("\n}").size());
  return text + seal_of(text);
}

/// Every byte of `text` is as `seal` wrote it.
bool is_intact(std::string_view text) {
  const std::size_t content_size = text.size() - std::min(text.size(), seal_of("").size());
  return text.substr(content_size) == seal_of(text.substr(0, content_size));
}

PlanMetadata from_json(const Json& json) {
  PlanMetadata result;
  result.state = json.at("state");
  result.commit = json.at("commit");
  result.root_pipeline = json.at("root_pipeline");
  result.destroy = json.at("destroy");
  result.has_changes = json.at("has_changes");
  result.is_complete = json.value("complete", true);  // an older helper did not write it
  result.waits = json.value("waits", false);
  result.applied = json.value("applied", "");
  result.was_empty = json.at("was_empty");
  const Json& counts = json.at("counts");
  result.create = counts.at("create");
  result.update = counts.at("update");
  result.remove = counts.at("delete");
  result.destroys = counts.at("destroys");
  result.plan_digest = json.at("plan_sha256");
  result.report_digest = json.at("report_sha256");
  result.text_digest = json.at("text_sha256");
  result.review_digest = json.value("review_sha256", "");
  result.certificate_digest = json.value("certificate_sha256", "");
  result.inputs_digest = json.at("inputs_sha256");
  result.lock_file_digest = json.at("lock_file_sha256");
  result.helper_version = json.at("helper_version");
  result.tool = json.at("tool");
  result.tool_name = json.at("tool_name");
  result.tool_version = json.at("tool_version");
  result.var_files = json.at("var_files").get<std::vector<std::string>>();
  result.created = json.at("created");
  if (!json.at("expires").is_null()) result.expires = json.at("expires").get<std::int64_t>();
  result.passed_guards = json.at("passed_guards").get<std::vector<std::string>>();
  result.stored_state = json.at("stored_state").get<StoredState>();
  result.checkout = json.at("checkout");
  for (const Json& file : json.at("files"))
    result.files.push_back({file.at("path"), file.at("sha256"), file.at("size"), file.at("executable")});
  result.verdict = json.value("verdict", "");  // an older helper did not write these
  result.may_open_gate = json.value("may_open_gate", false);
  result.unit_inputs = json.value("unit_inputs", std::map<std::string, std::string>{});
  result.has_mocks = json.value("mocks", false);
  result.outputs.own = json.at("outputs").get<OutputDigests>();
  result.outputs.sensitive = json.at("sensitive_outputs").get<std::set<std::string>>();
  result.outputs.planned = planned_from_json(json.at("planned_outputs"));
  for (const Json& remote : json.at("remote_outputs")) {
    result.outputs.remote.push_back({remote.at("address"), remote.at("outputs").get<OutputDigests>()});
  }
  return result;
}

ApplyRecord record_from_json(const Json& json) {
  ApplyRecord record;
  record.commit = json.at("commit");
  record.finished = json.at("finished");
  record.exit_code = json.at("exit_code");
  record.user = json.value("user", "");
  record.job_url = json.value("job_url", "");
  record.done.created = json.at("created").get<std::vector<std::string>>();
  record.done.updated = json.at("updated").get<std::vector<std::string>>();
  record.done.destroyed = json.at("destroyed").get<std::vector<std::string>>();
  record.passed_guards = json.at("passed_guards").get<std::vector<std::string>>();
  record.outputs.state = json.at("state");
  record.outputs.before = json.at("outputs_before").get<OutputDigests>();
  record.outputs.after = json.at("outputs_after").get<OutputDigests>();
  return record;
}

}  // namespace

std::string render_metadata(const PlanMetadata& metadata) { return seal(to_json(metadata)); }

PlanMetadata parse_metadata(std::string_view text) {
  const std::vector<std::string> fix = {"retry the plan job"};
  const Error changed(ErrorKind::refused, "the plan's metadata (meta.json) is not what was written with the plan", fix);
  const bool intact = is_intact(text);
  // Of an object that is not intact only the schema matters: another version may have written it.
  const bool is_ours = text.starts_with('{') && text.find(schema_line) != std::string_view::npos;
  if (!intact && is_ours) throw changed;
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) throw Error(ErrorKind::refused, "the plan's metadata (meta.json) is damaged", fix);
  const std::string found = json.contains("schema") && json["schema"].is_string() ? json["schema"] : Json("none");
  if (found != metadata_schema) {
    throw Error(
        ErrorKind::refused,
        fmt::format("the plan's metadata (meta.json) has schema {}, and this helper reads {}", found, metadata_schema),
        {"use the same version of statelane in both jobs"});
  }
  try {
    if (intact) return from_json(json);
  } catch (const Json::exception&) {
  }
  throw changed;
}

std::string render_record(const ApplyRecord& record) {
  Json json;
  json["schema"] = record_schema;
  json["state"] = to_utf8(record.outputs.state);
  json["commit"] = to_utf8(record.commit);
  json["finished"] = record.finished;
  json["exit_code"] = record.exit_code;
  json["user"] = to_utf8(record.user);
  json["job_url"] = to_utf8(record.job_url);
  json["created"] = to_utf8(record.done.created);
  json["updated"] = to_utf8(record.done.updated);
  json["destroyed"] = to_utf8(record.done.destroyed);
  json["passed_guards"] = record.passed_guards;
  json["outputs_before"] = record.outputs.before;
  json["outputs_after"] = record.outputs.after;
  return seal(json);
}

ApplyRecord parse_record(std::string_view text) {
  try {
    const Json json = is_intact(text) ? Json::parse(text) : Json::object();
    if (json.value("schema", "") == record_schema) return record_from_json(json);
  } catch (const Json::exception&) {
  }
  throw Error(ErrorKind::environment,
              "the record of an apply (applied.json) is damaged, or of another version of statelane",
              {"plan and apply the state that it comes from again, then this one"});
}

}  // namespace statelane::runner
