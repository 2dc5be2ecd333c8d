#include "states/backend_identity.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
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
  const auto found =
      std::find_if(types.begin(), types.end(), [&](const BackendType& type) { return type.name == name; });
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
  const auto to_lower = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  };
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

/// The written value of a part; null when nobody writes it.
const PartialText* written(const BackendSettings& settings, const Part& part) {
  for (const std::string_view name : {part.name, part.alternative}) {
    const auto found = settings.values.find(std::string(name));
    if (!name.empty() && found != settings.values.end()) return &found->second;
  }
  return nullptr;
}

/// Files `value` of the attribute `name` under what is known of it.
void add_part(BackendIdentity& identity, const std::string& name, const PartialText& value, const RepoPath& directory) {
  const bool is_known = std::all_of(value.begin(), value.end(), [](const auto& piece) { return piece.has_value(); });
  if (is_known) {
    std::string text;
    for (const auto& piece : value) text += *piece;
    identity.known[name] = normalise(identity.type, name, std::move(text), directory);
  } else if (value.size() == 1) {
    identity.unknown.push_back(name);
  } else {
    identity.partial[name] = value;
  }
}

/// `text` is `pattern` with some text for each unknown piece.
bool matches_partial(const PartialText& pattern, std::string_view text) {
  std::size_t at = 0;
  for (std::size_t index = 0; index < pattern.size(); ++index) {
    if (!pattern[index]) continue;
    const std::string& piece = *pattern[index];
    const bool is_last = index + 1 == pattern.size();
    if (index == 0) {
      if (!text.starts_with(piece)) return false;
      at = piece.size();
    } else if (is_last) {
      return text.size() >= at + piece.size() && text.ends_with(piece);
    } else {
      const std::size_t found = text.find(piece, at);
      if (found == std::string_view::npos) return false;
      at = found + piece.size();
    }
  }
  return !pattern.back() || at == text.size();
}

/// What two identities say of one attribute.
enum class PartMatch { equal, open, different };

PartMatch match_part(const BackendIdentity& one, const BackendIdentity& other, const std::string& name) {
  const auto left = one.known.find(name);
  const auto right = other.known.find(name);
  if (left != one.known.end() && right != other.known.end()) {
    return left->second == right->second ? PartMatch::equal : PartMatch::different;
  }
  const auto against_partial = [&](const BackendIdentity& pattern, const std::string& text) {
    const auto found = pattern.partial.find(name);
    if (found == pattern.partial.end()) return PartMatch::open;
    return matches_partial(found->second, text) ? PartMatch::equal : PartMatch::different;
  };
  if (left != one.known.end()) return against_partial(other, left->second);
  if (right != other.known.end()) return against_partial(one, right->second);
  return PartMatch::open;
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
      const PartialText* value = written(settings, part);
      const std::string name(part.name);
      if (value != nullptr) {
        add_part(identity, name, *value, directory);
      } else if (part.value) {
        add_part(identity, name, {std::string(*part.value)}, directory);
      } else {
        identity.unknown.push_back(name);
      }
    }
  } else {
    for (const auto& [name, value] : settings.values) add_part(identity, name, value, directory);
  }
  if (workspace) identity.known["workspace"] = *workspace;
  std::sort(identity.unknown.begin(), identity.unknown.end());
  return identity;
}

IdentityMatch match_identity(const BackendIdentity& wanted, const BackendIdentity& stored) {
  if (wanted.type != stored.type) return IdentityMatch::different;
  bool anchored = false;
  std::set<std::string> names;
  for (const auto& [name, value] : wanted.known) names.insert(name);
  for (const auto& [name, value] : wanted.partial) names.insert(name);
  for (const std::string& name : names) {
    const PartMatch match = match_part(wanted, stored, name);
    if (match == PartMatch::different) return IdentityMatch::different;
    anchored = anchored || (match == PartMatch::equal && is_required(wanted, name));
  }
  if (wanted.is_complete() && stored.is_complete()) return IdentityMatch::same;
  return anchored ? IdentityMatch::possible : IdentityMatch::different;
}

}  // namespace statelane::states
