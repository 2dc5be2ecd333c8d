#include "runner/plan_metadata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace statelane::runner {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view schema = "statelane/meta/1";

std::size_t utf8_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

/// JSON carries UTF-8 only; the rest of what a path may hold is told as `\xNN`.
std::string to_utf8(std::string_view bytes) {
  std::string result;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = utf8_length(static_cast<unsigned char>(bytes[at]));
    bool is_valid = length > 0 && at + length <= bytes.size();
    for (std::size_t index = 1; is_valid && index < length; ++index) is_valid = (bytes[at + index] & 0xC0) == 0x80;
    is_valid = is_valid && Json::accept("\"" + std::string(length > 1 ? bytes.substr(at, length) : "") + "\"");
    result += is_valid ? std::string(bytes.substr(at, length))
                       : fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes[at]));
    at += is_valid ? length : 1;
  }
  return result;
}

std::string time_text(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min);
}

std::string short_id(const std::string& commit) { return commit.empty() ? "an unknown commit" : commit.substr(0, 12); }

/// `fmt` of what may be missing.
std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }

Json to_json(const PlanMetadata& metadata) {
  Json var_files = Json::array();
  for (const std::string& file : metadata.var_files) var_files.push_back(to_utf8(file));
  Json json;
  json["schema"] = schema;
  json["state"] = to_utf8(metadata.state);
  json["commit"] = to_utf8(metadata.commit);
  json["root_pipeline"] = to_utf8(metadata.root_pipeline);
  json["destroy"] = metadata.destroy;
  json["has_changes"] = metadata.has_changes;
  json["counts"] = {{"create", metadata.create},
                    {"update", metadata.update},
                    {"delete", metadata.remove},
                    {"destroys", metadata.destroys}};
  json["plan_sha256"] = metadata.plan_digest;
  json["inputs_sha256"] = metadata.inputs_digest;
  json["lock_file_sha256"] = metadata.lock_file_digest;
  json["helper_version"] = metadata.helper_version;
  json["tool"] = to_utf8(metadata.tool);
  json["tool_version"] = to_utf8(metadata.tool_version);
  json["var_files"] = std::move(var_files);
  json["created"] = metadata.created;
  json["expires"] = metadata.expires ? Json(*metadata.expires) : Json(nullptr);
  json["passed_guards"] = metadata.passed_guards;
  return json;
}

PlanMetadata from_json(const Json& json) {
  PlanMetadata result;
  result.state = json.at("state");
  result.commit = json.at("commit");
  result.root_pipeline = json.at("root_pipeline");
  result.destroy = json.at("destroy");
  result.has_changes = json.at("has_changes");
  const Json& counts = json.at("counts");
  result.create = counts.at("create");
  result.update = counts.at("update");
  result.remove = counts.at("delete");
  result.destroys = counts.at("destroys");
  result.plan_digest = json.at("plan_sha256");
  result.inputs_digest = json.at("inputs_sha256");
  result.lock_file_digest = json.at("lock_file_sha256");
  result.helper_version = json.at("helper_version");
  result.tool = json.at("tool");
  result.tool_version = json.at("tool_version");
  result.var_files = json.at("var_files").get<std::vector<std::string>>();
  result.created = json.at("created");
  if (!json.at("expires").is_null()) result.expires = json.at("expires").get<std::int64_t>();
  result.passed_guards = json.at("passed_guards").get<std::vector<std::string>>();
  return result;
}

/// Collects the refusals of one plan.
class Verifier {
 public:
  Verifier(const PlanMetadata& planned, const ApplyConditions& conditions)
      : planned_(planned), conditions_(conditions), now_(conditions.now) {}

  std::vector<Refusal> find() {
    check_identity();
    check_files();
    check_tool();
    check_time_and_place();
    return std::move(refusals_);
  }

 private:
  void refuse(Guard guard, std::string message, std::string fix) {
    refusals_.push_back({guard, std::move(message), std::move(fix)});
  }

  void check_identity() {
    const std::string state = to_utf8(now_.state);
    if (planned_.state != state) {
      refuse(Guard::state, fmt::format("the plan is of state '{}', not of '{}'", planned_.state, state),
             "let the apply job need the plan job of its own state");
    }
    if (planned_.destroy != now_.destroy) {
      refuse(
          Guard::state,
          planned_.destroy ? "the plan destroys the state, and this is no destroy job"
                           : "the plan does not destroy the state, and this is a destroy job",
          planned_.destroy ? "apply it with 'statelane run destroy'" : "make it with 'statelane run plan --destroy'");
    }
    if (planned_.commit != now_.commit) {
      refuse(Guard::commit,
             fmt::format("the plan was made for commit {}, and this job is at {}", short_id(planned_.commit),
                         short_id(now_.commit)),
             "run the plan job of this pipeline, then this job");
    }
    if (planned_.root_pipeline != now_.root_pipeline) {
      refuse(Guard::pipeline,
             fmt::format("the plan was made in pipeline {}, and this job belongs to pipeline {}",
                         or_none(planned_.root_pipeline), or_none(now_.root_pipeline)),
             "run the plan job of this pipeline, then this job");
    }
  }

  void check_files() {
    if (planned_.plan_digest != now_.plan_digest) {
      refuse(Guard::plan_file, "the plan file is not the one that was planned: its digest differs",
             "retry the plan job and review its plan");
    }
    if (planned_.inputs_digest != now_.inputs_digest || planned_.var_files != utf8_var_files()) {
      refuse(Guard::inputs, "the files that the state depends on differ from those that were planned",
             "look for a job script that changes files before 'statelane run', then retry the plan job");
    }
    if (planned_.lock_file_digest != now_.lock_file_digest) {
      refuse(Guard::lock_file,
             "the dependency lock file .terraform.lock.hcl differs from the one that was planned with",
             "retry the plan job");
    }
  }

  void check_tool() {
    const bool is_other_tool = planned_.tool != to_utf8(now_.tool);
    if (!is_other_tool && (now_.tool_version.empty() || planned_.tool_version == now_.tool_version)) return;
    refuse(Guard::tool_version,
           fmt::format("the plan was made by {} {}, and this job has {} {}", planned_.tool, planned_.tool_version,
                       to_utf8(now_.tool), now_.tool_version),
           "use the same image in both jobs, or retry the plan job");
  }

  void check_time_and_place() {
    if (planned_.expires && conditions_.time > *planned_.expires) {
      refuse(Guard::expiry, fmt::format("the plan expired at {}", time_text(*planned_.expires)),
             "retry the plan job and review its plan");
    }
    if (conditions_.in_merge_request) {
      refuse(Guard::branch, "this is a merge request pipeline, and its code is not merged yet",
             "merge, and apply in the pipeline of the target branch");
    } else if (const auto& branches = conditions_.apply_branches;
               !branches.empty() && std::find(branches.begin(), branches.end(), conditions_.branch) == branches.end()) {
      refuse(Guard::branch,
             fmt::format("the state is applied on {}, and this job is on {}", fmt::join(branches, ", "),
                         conditions_.branch.empty() ? "no branch" : conditions_.branch),
             "merge, or name the branch under apply.branches in .statelane.yml");
    }
    if (!conditions_.deploy_freeze.empty()) {
      refuse(Guard::deploy_freeze, "a deploy freeze is on (CI_DEPLOY_FREEZE is set)",
             "start this job again when it is over");
    }
    if (conditions_.max_destroy && planned_.destroys > *conditions_.max_destroy && !planned_.destroy) {
      refuse(Guard::max_destroy,
             fmt::format("the plan deletes or replaces {} resources, and max_destroy is {}", planned_.destroys,
                         *conditions_.max_destroy),
             "read the plan; if that is meant, start this job with --allow-destroy");
    }
  }

  std::vector<std::string> utf8_var_files() const {
    std::vector<std::string> result;
    for (const std::string& file : now_.var_files) result.push_back(to_utf8(file));
    return result;
  }

  const PlanMetadata& planned_;
  const ApplyConditions& conditions_;
  const PlanMetadata& now_;
  std::vector<Refusal> refusals_;
};

}  // namespace

std::string render_metadata(const PlanMetadata& metadata) { return to_json(metadata).dump(2) + "\n"; }

PlanMetadata parse_metadata(std::string_view text) {
  const std::vector<std::string> fix = {"retry the plan job"};
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) throw Error(ErrorKind::refused, "the plan's metadata (meta.json) is damaged", fix);
  const std::string found = json.contains("schema") && json["schema"].is_string() ? json["schema"] : Json("none");
  if (found != schema) {
    throw Error(ErrorKind::refused,
                fmt::format("the plan's metadata (meta.json) has schema {}, and this helper reads {}", found, schema),
                {"use the same version of statelane in both jobs"});
  }
  try {
    return from_json(json);
  } catch (const Json::exception&) {
    throw Error(ErrorKind::refused, "the plan's metadata (meta.json) is damaged", fix);
  }
}

std::vector<Refusal> find_refusals(const PlanMetadata& planned, const ApplyConditions& conditions) {
  return Verifier(planned, conditions).find();
}

}  // namespace statelane::runner
