#include "runner/stored_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "runner/artifacts.hpp"
#include "runner/utf8_text.hpp"

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A setting that a backend takes from a variable where the configuration does not give it: each backend's page.
struct Fallback {
  std::string_view type, setting;
  const char* variable;
};
constexpr std::array fallbacks = {
    Fallback{"http", "address", "TF_HTTP_ADDRESS"},      Fallback{"s3", "endpoints.s3", "AWS_ENDPOINT_URL_S3"},
    Fallback{"consul", "address", "CONSUL_HTTP_ADDR"},   Fallback{"pg", "conn_str", "PG_CONN_STR"},
    Fallback{"pg", "schema_name", "PG_SCHEMA_NAME"},     Fallback{"kubernetes", "namespace", "KUBE_NAMESPACE"},
    Fallback{"remote", "hostname", "TF_CLOUD_HOSTNAME"}, Fallback{"remote", "organization", "TF_CLOUD_ORGANIZATION"},
    Fallback{"cloud", "hostname", "TF_CLOUD_HOSTNAME"},  Fallback{"cloud", "organization", "TF_CLOUD_ORGANIZATION"},
};

/// Nested settings become `workspaces.name`; which one of a list it is does not matter, there is one.
void flatten(const Json& value, const std::string& name, StoredState& result) {
  if (value.is_null()) return;
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) flatten(inner, name.empty() ? key : name + "." + key, result);
  } else if (value.is_array() && std::any_of(value.begin(), value.end(), [](const Json& e) { return e.is_object(); })) {
    for (const Json& inner : value) flatten(inner, name, result);
  } else {
    result[name] = value.is_string() ? value.get<std::string>() : value.dump();
  }
}

std::string variable_of(const EnvironmentChanges& environment, const char* name) {
  if (const auto changed = environment.find(name); changed != environment.end()) return changed->second.value_or("");
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void remove_all(std::string& text, std::string_view begin, std::string_view ends) {
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    const std::size_t end = std::min(text.find_first_of(ends, at + begin.size()), text.size());
    text.erase(at, end - at);
  }
}

/// Without user, password and the place of this checkout.
std::string clean(std::string value, const fs::path& project) {
  const std::size_t scheme = value.find("://");
  const std::size_t host = scheme == std::string::npos ? scheme : scheme + 3;
  if (host != std::string::npos) {
    const std::size_t end = std::min(value.find_first_of("/?#", host), value.size());
    const std::size_t at = value.substr(0, end).rfind('@');
    if (at != std::string::npos && at > host) value.erase(host, at + 1 - host);
  }
  remove_all(value, "password=", " &");
  const std::string top = project.string();
  if (value == top || value.starts_with(top + "/")) value.replace(0, top.size(), "$CI_PROJECT_DIR");
  return to_utf8(value);
}

bool is_identity(const LaneDescription& lane, const std::string& type, const std::string& name) {
  // What the type of this lane's backend is told apart by is known; of any other type everything counts but secrets
  // and what only says how it is reached.
  const bool is_known = !lane.identity_settings.empty() &&
                        (type == lane.backend_type || (type == "cloud" && lane.backend_type == "remote"));
  if (is_known) return lane.identity_settings.contains(name);
  constexpr std::array<std::string_view, 9> other = {"password", "secret",  "token",   "access_key", "client",
                                                     "role",     "profile", "encrypt", "credential"};
  return std::none_of(other.begin(), other.end(), [&](std::string_view word) { return name.find(word) != name.npos; });
}

Json read_backend(const fs::path& file) {
  const Json document = Json::parse(read_followed(file, largest_record).value_or(""), nullptr, false);
  if (!document.is_object() || !document.contains("backend") || !document["backend"].is_object()) return Json::object();
  return document["backend"];
}

}  // namespace

StoredState read_stored_state(const LaneDescription& lane, const JobEnvironment& job,
                              const EnvironmentChanges& environment, const fs::path& directory) {
  const auto set = job.terraform.find("TF_DATA_DIR");
  const bool has_own = set != job.terraform.end() && !set->second.empty();
  const fs::path data = directory / (has_own ? set->second : ".terraform");
  const Json backend = read_backend(data / "terraform.tfstate");
  StoredState settings;
  flatten(backend.value("config", Json::object()), "", settings);
  const std::string type = backend.value("type", "local");
  for (const Fallback& fallback : fallbacks) {
    if (fallback.type != type || settings.contains(std::string(fallback.setting))) continue;
    const std::string value = variable_of(environment, fallback.variable);
    if (!value.empty()) settings.emplace(fallback.setting, value);
  }
  StoredState result = {{"type", type}};
  for (const auto& [name, value] : settings) {
    if (is_identity(lane, type, name)) result[name] = clean(value, lane.project_directory);
  }
  std::string workspace = variable_of(environment, "TF_WORKSPACE");
  if (workspace.empty()) workspace = read_followed(data / "environment", largest_record).value_or("");
  result["workspace"] = workspace.empty() ? "default" : to_utf8(workspace);
  return result;
}

std::string describe_difference(const StoredState& planned, const StoredState& now) {
  std::set<std::string> names;
  for (const StoredState* side : {&planned, &now})
    for (const auto& [name, value] : *side) names.insert(name);
  const auto shown = [](const StoredState& side, const std::string& name) {
    const auto found = side.find(name);
    return found == side.end() ? std::string("not set") : "'" + found->second + "'";
  };
  for (const std::string& name : names) {
    const std::string before = shown(planned, name);
    const std::string after = shown(now, name);
    if (before == after) continue;
    const std::string what = name == "workspace" ? "workspace"
                             : name == "type"    ? "backend's type"
                                                 : "backend's " + name;
    return fmt::format("its {} is {}, and here it is {}", what, before, after);
  }
  return "";
}

}  // namespace statelane::runner
