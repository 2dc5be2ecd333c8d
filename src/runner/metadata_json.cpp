#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "runner/apply_record.hpp"
#include "runner/dotenv.hpp"
#include "runner/plan_metadata.hpp"
#include "runner/utf8_text.hpp"

namespace statelane::runner {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view metadata_schema = "statelane/meta/1";
constexpr std::string_view record_schema = "statelane/applied/1";

Json to_json(const PlanMetadata& metadata) {
  Json var_files = Json::array();
  for (const std::string& file : metadata.var_files) var_files.push_back(to_utf8(file));
  Json json;
  json["schema"] = metadata_schema;
  json["state"] = to_utf8(metadata.state);
  json["commit"] = to_utf8(metadata.commit);
  json["root_pipeline"] = to_utf8(metadata.root_pipeline);
  json["destroy"] = metadata.destroy;
  json["has_changes"] = metadata.has_changes;
  json["was_empty"] = metadata.was_empty;
  json["counts"] = {{"create", metadata.create},
                    {"update", metadata.update},
                    {"delete", metadata.remove},
                    {"destroys", metadata.destroys}};
  json["plan_sha256"] = metadata.plan_digest;
  json["report_sha256"] = metadata.report_digest;
  json["text_sha256"] = metadata.text_digest;
  json["inputs_sha256"] = metadata.inputs_digest;
  json["lock_file_sha256"] = metadata.lock_file_digest;
  json["helper_version"] = metadata.helper_version;
  json["tool"] = to_utf8(metadata.tool);
  json["tool_version"] = to_utf8(metadata.tool_version);
  json["var_files"] = std::move(var_files);
  json["created"] = metadata.created;
  json["expires"] = metadata.expires ? Json(*metadata.expires) : Json(nullptr);
  json["passed_guards"] = metadata.passed_guards;
  json["outputs"] = metadata.outputs.own;
  json["remote_outputs"] = Json::array();
  for (const RemoteOutputs& remote : metadata.outputs.remote) {
    json["remote_outputs"].push_back({{"address", to_utf8(remote.address)}, {"outputs", remote.outputs}});
  }
  return json;
}

/// Of everything but itself.
std::string digest_of(const Json& json) { return sha256_hex(json.dump()); }

PlanMetadata from_json(const Json& json) {
  PlanMetadata result;
  result.state = json.at("state");
  result.commit = json.at("commit");
  result.root_pipeline = json.at("root_pipeline");
  result.destroy = json.at("destroy");
  result.has_changes = json.at("has_changes");
  result.was_empty = json.at("was_empty");
  const Json& counts = json.at("counts");
  result.create = counts.at("create");
  result.update = counts.at("update");
  result.remove = counts.at("delete");
  result.destroys = counts.at("destroys");
  result.plan_digest = json.at("plan_sha256");
  result.report_digest = json.at("report_sha256");
  result.text_digest = json.at("text_sha256");
  result.inputs_digest = json.at("inputs_sha256");
  result.lock_file_digest = json.at("lock_file_sha256");
  result.helper_version = json.at("helper_version");
  result.tool = json.at("tool");
  result.tool_version = json.at("tool_version");
  result.var_files = json.at("var_files").get<std::vector<std::string>>();
  result.created = json.at("created");
  if (!json.at("expires").is_null()) result.expires = json.at("expires").get<std::int64_t>();
  result.passed_guards = json.at("passed_guards").get<std::vector<std::string>>();
  result.outputs.own = json.at("outputs").get<OutputDigests>();
  for (const Json& remote : json.at("remote_outputs")) {
    result.outputs.remote.push_back({remote.at("address"), remote.at("outputs").get<OutputDigests>()});
  }
  return result;
}

ApplyRecord record_from_json(const Json& json) {
  ApplyRecord record;
  if (json.at("schema") != record_schema) throw Error(ErrorKind::environment, "another schema");
  record.commit = json.at("commit");
  record.finished = json.at("finished");
  record.exit_code = json.at("exit_code");
  record.passed_guards = json.at("passed_guards").get<std::vector<std::string>>();
  record.outputs.state = json.at("state");
  record.outputs.before = json.at("outputs_before").get<OutputDigests>();
  record.outputs.after = json.at("outputs_after").get<OutputDigests>();
  return record;
}

[[noreturn]] void refuse_dotenv(std::string_view output, std::string_view reason) {
  throw Error(ErrorKind::user_files, fmt::format("cannot write output '{}' as a variable: {}", output, reason));
}

std::string dotenv_value(const Json& outputs, const std::string& name) {
  if (!outputs.contains(name)) refuse_dotenv(name, "the state has no such output");
  const Json& output = outputs[name];
  if (output.value("sensitive", true)) refuse_dotenv(name, "it is sensitive");
  const Json& value = output.at("value");
  if (!value.is_string() && !value.is_number() && !value.is_boolean())
    refuse_dotenv(name, "it is no string, number or boolean");
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.find_first_of("\r\n") != std::string::npos) refuse_dotenv(name, "it has a line end");
  return text;
}

}  // namespace

std::string render_metadata(const PlanMetadata& metadata) {
  Json json = to_json(metadata);
  json["sha256"] = digest_of(json);
  return json.dump(2) + "\n";
}

PlanMetadata parse_metadata(std::string_view text) {
  const std::vector<std::string> fix = {"retry the plan job"};
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
    Json content = json;
    content.erase("sha256");
    const bool is_intact = json.dump(2) + "\n" == text && json.at("sha256") == digest_of(content);
    if (is_intact) return from_json(json);
  } catch (const Json::exception&) {
  }
  throw Error(ErrorKind::refused, "the plan's metadata (meta.json) is not what was written with the plan", fix);
}

std::string render_record(const ApplyRecord& record) {
  Json json;
  json["schema"] = record_schema;
  json["state"] = to_utf8(record.outputs.state);
  json["commit"] = to_utf8(record.commit);
  json["finished"] = record.finished;
  json["exit_code"] = record.exit_code;
  json["passed_guards"] = record.passed_guards;
  json["outputs_before"] = record.outputs.before;
  json["outputs_after"] = record.outputs.after;
  return json.dump(2) + "\n";
}

ApplyRecord parse_record(std::string_view text) {
  try {
    return record_from_json(Json::parse(text));
  } catch (const std::exception&) {
    throw Error(ErrorKind::environment,
                "the record of an apply (applied.json) is damaged, or of another version of statelane");
  }
}

std::string render_dotenv(std::string_view outputs_json, const std::vector<std::string>& names) {
  constexpr std::size_t most_variables = 20;
  constexpr std::size_t most_bytes = 5120;
  const Json outputs = Json::parse(outputs_json, nullptr, false);
  std::string result;
  for (const std::string& name : names) {
    const std::size_t equals = name.find('=');
    const std::string output = equals == std::string::npos ? name : name.substr(equals + 1);
    const std::string variable = name.substr(0, equals);
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    if (variable.empty() || variable.find_first_not_of(allowed) != std::string::npos) {
      refuse_dotenv(output, fmt::format("'{}' is no name of a variable; write VARIABLE={}", variable, output));
    }
    result += fmt::format("{}={}\n", variable, dotenv_value(outputs, output));
  }
  if (names.size() > most_variables || result.size() >= most_bytes) {
    throw Error(ErrorKind::user_files,
                fmt::format("cannot write {} outputs ({} bytes) as variables: GitLab takes {} of together {} bytes",
                            names.size(), result.size(), most_variables, most_bytes));
  }
  return result;
}

}  // namespace statelane::runner
