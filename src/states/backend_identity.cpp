#include "states/backend_identity.hpp"

#include <algorithm>
#include <vector>

#include "states/identity_text.hpp"
#include "terraform/file_facts.hpp"

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
      {"remote", {{"hostname", "", "app.terraform.io"}, {"organization", "", {}}, {"workspaces.name", "", {}}}},
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

std::string normalise(std::string_view type, std::string_view part, std::string value, const RepoPath& directory) {
  if ((type == "http" || type == "s3" || type == "consul") && is_address(part))
    return normalise_address(std::move(value));
  if (type == "pg" && part == "conn_str") return normalise_connection(std::move(value));
  if (type == "local" && part == "path") return normalise_path(value, directory);
  if (type == "remote" && part == "hostname") return normalise_address("https://" + value).substr(8);
  if (part == "prefix" || part == "workspace_key_prefix") return trim_slashes(std::move(value));
  return value;
}

/// The pieces of a text that is known in part, as far as they can be normalised alone.
PartialText normalise_pieces(std::string_view type, std::string_view part, PartialText value,
                             const RepoPath& directory) {
  if (type == "local" && part == "path") return normalise_path_pieces(std::move(value), directory);
  if (type == "http" && part == "address" && value.front()) {
    const std::size_t host = value.front()->find("://");
    const std::size_t path = host == std::string::npos ? host : value.front()->find('/', host + 3);
    if (path != std::string::npos)
      value.front() = normalise_address(value.front()->substr(0, path)) + value.front()->substr(path);
  }
  return value;
}

/// The written value of a part; null when nobody writes it. An object that is not known (`endpoints`) may write it.
const PartialText* written(const BackendSettings& settings, const Part& part) {
  for (const std::string_view name :
       {part.name, part.alternative, part.alternative.substr(0, part.alternative.find('.'))}) {
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
    return;
  }
  PartialText pieces = normalise_pieces(identity.type, name, value, directory);
  if (pieces.size() == 1) {
    identity.unknown.push_back(name);
  } else {
    identity.partial[name] = std::move(pieces);
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

/// Two texts that are both known in part cannot be equal when their known beginnings or ends exclude each other.
bool excludes(const PartialText& left, const PartialText& right) {
  if (left.front() && right.front()) {
    const std::size_t common = std::min(left.front()->size(), right.front()->size());
    if (left.front()->substr(0, common) != right.front()->substr(0, common)) return true;
  }
  if (!left.back() || !right.back()) return false;
  const std::size_t common = std::min(left.back()->size(), right.back()->size());
  return left.back()->substr(left.back()->size() - common) != right.back()->substr(right.back()->size() - common);
}

/// A part that has to be written is open: `init` completes the backend, and may then set what is at its default too.
bool is_completed_at_init(const BackendIdentity& stored) {
  const BackendType* type = find_type(stored.type);
  return type != nullptr && std::any_of(type->parts.begin(), type->parts.end(), [&](const Part& part) {
           return !part.value && std::binary_search(stored.unknown.begin(), stored.unknown.end(), part.name);
         });
}

bool is_at_default(const BackendIdentity& identity, const std::string& name, const std::string& value) {
  const BackendType* type = find_type(identity.type);
  return type != nullptr && std::any_of(type->parts.begin(), type->parts.end(),
                                        [&](const Part& part) { return part.name == name && part.value == value; });
}

PartMatch match_part(const BackendIdentity& one, const BackendIdentity& other, const std::string& name) {
  const auto left = one.known.find(name);
  const auto right = other.known.find(name);
  if (left != one.known.end() && right != other.known.end()) {
    if (left->second == right->second) return PartMatch::equal;
    const bool may_be_set = is_completed_at_init(other) && is_at_default(other, name, right->second);
    return may_be_set ? PartMatch::open : PartMatch::different;
  }
  const auto left_pieces = one.partial.find(name);
  const auto right_pieces = other.partial.find(name);
  if (left_pieces != one.partial.end() && right_pieces != other.partial.end()) {
    return excludes(left_pieces->second, right_pieces->second) ? PartMatch::different : PartMatch::open;
  }
  const auto against = [](const PartialText& pattern, const std::string& text) {
    return matches_partial(pattern, text) ? PartMatch::equal : PartMatch::different;
  };
  if (left != one.known.end() && right_pieces != other.partial.end())
    return against(right_pieces->second, left->second);
  if (right != other.known.end() && left_pieces != one.partial.end())
    return against(left_pieces->second, right->second);
  return PartMatch::open;
}

/// `is_wanted` holds for a part of which something is known.
template <typename Predicate>
bool any_part(const BackendIdentity& identity, const Predicate& is_wanted) {
  const auto holds = [&](const auto& part) { return is_wanted(part.first); };
  return std::any_of(identity.known.begin(), identity.known.end(), holds) ||
         std::any_of(identity.partial.begin(), identity.partial.end(), holds);
}

/// Two backends that agree on this part agree on something: it is required, or was not left at its default.
bool is_telling(const BackendIdentity& identity, const std::string& part) {
  const BackendType* type = find_type(identity.type);
  if (type == nullptr) return true;
  const auto entry = std::find_if(type->parts.begin(), type->parts.end(),
                                  [&](const Part& candidate) { return candidate.name == part; });
  if (entry == type->parts.end()) return false;
  if (!entry->value) return true;
  const auto known = identity.known.find(part);
  return known == identity.known.end() || known->second != *entry->value;
}

/// The name of a workspace of Terraform Cloud: as written, or the prefix with the lane's workspace behind it.
BackendSettings with_workspace_name(BackendSettings settings, const std::optional<std::string>& workspace) {
  if (settings.is_open || settings.values.contains("workspaces.name")) return settings;
  const auto prefix = settings.values.find("workspaces.prefix");
  PartialText name = prefix == settings.values.end() ? PartialText{} : prefix->second;
  name.push_back(workspace);
  settings.values["workspaces.name"] = std::move(name);
  return settings;
}

}  // namespace

std::set<std::string> identity_settings(std::string_view type) {
  std::set<std::string> result;
  const BackendType* known = find_type(type);
  for (const Part& part : known == nullptr ? std::vector<Part>{} : known->parts) {
    result.emplace(part.name);
    if (!part.alternative.empty()) result.emplace(part.alternative);
  }
  if (type == "remote") result.insert({"workspaces.prefix", "workspaces.tags", "workspaces.project"});
  return result;
}

BackendIdentity identify_backend(const BackendSettings& settings, const std::optional<std::string>& workspace,
                                 const RepoPath& directory) {
  BackendIdentity identity;
  const bool is_outputs = settings.type == terraform::tfe_outputs;
  identity.type = settings.type == "cloud" || is_outputs ? "remote" : settings.type;
  const bool is_remote = identity.type == "remote";
  const BackendSettings written_settings = is_remote ? with_workspace_name(settings, workspace) : settings;
  if (const BackendType* type = find_type(identity.type)) {
    for (const Part& part : type->parts) {
      const PartialText* value = written(written_settings, part);
      const std::string name(part.name);
      if (value != nullptr) {
        add_part(identity, name, *value, directory);
      } else if (part.value && !settings.is_open) {
        add_part(identity, name, {std::string(*part.value)}, directory);
      } else {
        identity.unknown.push_back(name);
      }
    }
  } else {
    for (const auto& [name, value] : settings.values) add_part(identity, name, value, directory);
  }
  if (is_outputs) identity.known.erase("hostname");
  if (workspace && !is_remote) identity.known["workspace"] = *workspace;
  std::sort(identity.unknown.begin(), identity.unknown.end());
  return identity;
}

void name_gitlab_state(BackendIdentity& identity, const std::string& name) {
  if (identity.type != "http" || std::erase(identity.unknown, "address") == 0) return;
  identity.partial["address"] = {std::nullopt, "/terraform/state/" + name};
}

IdentityMatch match_identity(const BackendIdentity& wanted, const BackendIdentity& stored) {
  if (!may_be_same(wanted, stored)) return IdentityMatch::different;
  if (!wanted.type.empty() && wanted.is_complete() && stored.is_complete()) return IdentityMatch::same;
  const bool is_anchored = any_part(wanted, [&](const std::string& name) {
    return match_part(wanted, stored, name) == PartMatch::equal && is_telling(wanted, name);
  });
  const bool may_be_completed = !wanted.type.empty() && is_completed_at_init(stored);
  if (is_anchored) return IdentityMatch::possible;
  return may_be_completed ? IdentityMatch::open : IdentityMatch::different;
}

bool may_be_same(const BackendIdentity& one, const BackendIdentity& other) {
  if (one.type != other.type && !one.type.empty()) return false;
  return !any_part(one, [&](const std::string& name) { return match_part(one, other, name) == PartMatch::different; });
}

}  // namespace statelane::states
