#include "emit/backend_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace statelane::emit {

namespace {

using states::BackendIdentity;

/// The attributes of an identity from the whole to the part; those that are not named follow by their names.
const std::vector<std::string>& order_of(const std::string& type) {
  static const std::map<std::string, std::vector<std::string>> orders = {
      {"s3", {"endpoint", "bucket", "workspace_key_prefix", "key", "workspace"}},
      {"azurerm", {"storage_account_name", "container_name", "key", "workspace"}},
      {"remote", {"hostname", "organization", "workspaces"}},
      {"pg", {"conn_str", "schema_name", "workspace"}},
      {"oss", {"bucket", "prefix", "key"}},
      {"cos", {"bucket", "prefix", "key"}}};
  static const std::vector<std::string> none;
  const auto found = orders.find(type);
  return found == orders.end() ? none : found->second;
}

/// A connection string may hold a password.
std::string without_credentials(const std::string& address) {
  const std::size_t scheme_end = address.find("://");
  const std::size_t at = address.rfind('@');
  if (scheme_end == std::string::npos) return "*";
  return at == std::string::npos ? address : address.substr(0, scheme_end + 3) + address.substr(at + 1);
}

std::string value_of(const BackendIdentity& backend, const std::string& name) {
  if (const auto known = backend.known.find(name); known != backend.known.end()) {
    if (name == "conn_str") return without_credentials(known->second);
    // Terraform's default, which says nothing about this state.
    return name == "workspace_key_prefix" && known->second == "env:" ? "" : known->second;
  }
  std::string text;
  if (const auto partial = backend.partial.find(name); partial != backend.partial.end()) {
    for (const auto& part : partial->second) text += part ? *part : "*";
    return text;
  }
  return std::ranges::find(backend.unknown, name) == backend.unknown.end() ? "" : "*";
}

std::vector<std::string> names_of(const BackendIdentity& backend) {
  std::vector<std::string> names = order_of(backend.type);
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const auto& [name, value] : backend.known) add(name);
  for (const auto& [name, value] : backend.partial) add(name);
  for (const std::string& name : backend.unknown) add(name);
  return names;
}

}  // namespace

std::string render_backend(const states::State& state) {
  if (state.kind == states::StateKind::custom) return "its own commands";
  const std::string_view lost = state.is_lost_with_job() ? ": stored in the job, lost" : "";
  if (!state.backend) return fmt::format("no backend{}", lost);
  std::string text;
  for (const std::string& name : names_of(*state.backend)) {
    const std::string value = value_of(*state.backend, name);
    if (!value.empty()) text += (text.empty() ? " " : "/") + value;
  }
  return fmt::format("{}{}{}", state.backend->type, text, lost);
}

}  // namespace statelane::emit
