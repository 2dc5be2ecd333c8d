#include "states/backend_identity.hpp"

#include <algorithm>
#include <filesystem>
#include <span>
#include <vector>

namespace statelane::states {

namespace {

/// One part of a backend's identity.
struct Part {
  std::string_view name;
  std::string_view alternative;           ///< another spelling; empty: none
  std::optional<std::string_view> value;  ///< the default; empty: required
};

struct BackendType {
  std::string_view name;
  std::vector<Part> parts;
};

/// Source: Terraform's page of each backend, "Configuration Variables".
const std::vector<BackendType>& backend_types() {
  static const std::vector<BackendType> types = {
      {"s3",
       {{"bucket", "", {}}, {"key", "", {}}, {"workspace_key_prefix", "", "env:"}, {"endpoint", "endpoints.s3", ""}}},
      {"gcs", {{"bucket", "", {}}, {"prefix", "", ""}}},
      {"azurerm", {{"storage_account_name", "", {}}, {"container_name", "", {}}, {"key", "", {}}}},
      {"http", {{"address", "", {}}}},
      {"local", {{"path", "", "terraform.tfstate"}}},
      {"remote",
       {{"hostname", "", "app.terraform.io"},
        {"organization", "", {}},
        {"workspaces.name", "", ""},
        {"workspaces.prefix", "", ""},
        {"workspaces.tags", "", ""}}},
      {"consul", {{"address", "", ""}, {"path", "", {}}}},
      {"pg", {{"conn_str", "", {}}, {"schema_name", "", "terraform_remote_state"}}},
      {"kubernetes", {{"namespace", "", "default"}, {"secret_suffix", "", {}}}},
      {"oss", {{"bucket", "", {}}, {"prefix", "", "env:"}, {"key", "", "terraform.tfstate"}}},
      {"cos", {{"bucket", "", {}}, {"prefix", "", ""}, {"key", "", "terraform.tfstate"}}},
  };
  return types;
}

const BackendType* find_type(std::string_view name) {
  const auto& types = backend_types();
  const auto found = std::find_if(types.begin(), types.end(), [&](const BackendType& type) { return type.name == name; });
  return found == types.end() ? nullptr : &*found;
}

/// Scheme and host in lower case, no default port, no slash at the end, no credentials.
std::string normalise_address(std::string address) {
  const std::size_t scheme_end = address.find("://");
  if (scheme_end == std::string::npos) return address;
  std::string scheme = address.substr(0, scheme_end);
  std::string rest = address.substr(scheme_end + 3);
  const std::size_t host_end = std::min(rest.find('/'), rest.size());
  std::string host = rest.substr(0, host_end);
  std::string path = rest.substr(host_end);
  if (const std::size_t at = host.rfind('@'); at != std::string::npos) host.erase(0, at + 1);
  const auto to_lower = [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; };
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), to_lower);
  std::transform(host.begin(), host.end(), host.begin(), to_lower);
  const std::string_view port = scheme == "https" ? ":443" : ":80";
  if (host.ends_with(port)) host.resize(host.size() - port.size());
  while (path.ends_with('/')) path.pop_back();
  return scheme + "://" + host + path;
}

std::string normalise(std::string_view type, std::string_view part, std::string value, const RepoPath& directory) {
  if (type == "http" && part == "address") return normalise_address(std::move(value));
  if (type == "local" && part == "path") {
    return (std::filesystem::path(directory.str()) / value).lexically_normal().string();
  }
  if (type == "remote" && part == "hostname") return normalise_address("https://" + value).substr(8);
  return value;
}

/// The written value of a part; the outer optional is empty when nobody writes it.
std::optional<std::optional<std::string>> written(const BackendSettings& settings, const Part& part) {
  for (const std::string_view name : {part.name, part.alternative}) {
    const auto found = settings.values.find(std::string(name));
    if (!name.empty() && found != settings.values.end()) return found->second;
  }
  return std::nullopt;
}

bool is_required(const BackendIdentity& identity, const std::string& part) {
  const BackendType* type = find_type(identity.type);
  if (type == nullptr) return true;
  return std::any_of(type->parts.begin(), type->parts.end(),
                     [&](const Part& entry) { return entry.name == part && !entry.value; });
}

}  // namespace

BackendIdentity identify_backend(const BackendSettings& settings, const std::optional<std::string>& workspace,
                                 const RepoPath& directory) {
  BackendIdentity identity;
  identity.type = settings.type == "cloud" ? "remote" : settings.type;
  if (const BackendType* type = find_type(identity.type)) {
    for (const Part& part : type->parts) {
      const auto value = written(settings, part);
      const std::string name(part.name);
      if (value && *value) {
        identity.known[name] = normalise(identity.type, part.name, **value, directory);
      } else if (!value && part.value) {
        identity.known[name] = normalise(identity.type, part.name, std::string(*part.value), directory);
      } else {
        identity.unknown.push_back(name);
      }
    }
  } else {
    for (const auto& [name, value] : settings.values) {
      if (value) {
        identity.known[name] = *value;
      } else {
        identity.unknown.push_back(name);
      }
    }
  }
  if (workspace) identity.known["workspace"] = *workspace;
  std::sort(identity.unknown.begin(), identity.unknown.end());
  return identity;
}

IdentityMatch match_identity(const BackendIdentity& wanted, const BackendIdentity& stored) {
  if (wanted.type != stored.type) return IdentityMatch::different;
  bool anchored = false;
  for (const auto& [name, value] : wanted.known) {
    const auto other = stored.known.find(name);
    if (other == stored.known.end()) continue;
    if (other->second != value) return IdentityMatch::different;
    anchored = anchored || is_required(wanted, name);
  }
  if (wanted.is_complete() && stored.is_complete()) return IdentityMatch::same;
  return anchored ? IdentityMatch::possible : IdentityMatch::different;
}

}  // namespace statelane::states
