#include "states/identity_text.hpp"

#include <algorithm>

#include "states/path_inputs.hpp"

namespace statelane::states {

namespace {

char to_lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

}  // namespace

bool is_address(std::string_view attribute) { return attribute == "address" || attribute == "endpoint"; }

std::string normalise_address(std::string address) {
  const std::size_t scheme_end = address.find("://");
  if (scheme_end == std::string::npos) return address;
  std::string scheme = address.substr(0, scheme_end);
  std::string rest = address.substr(scheme_end + 3);
  const std::size_t host_end = std::min(rest.find('/'), rest.size());
  std::string host = rest.substr(0, host_end);
  std::string path = rest.substr(host_end);
  if (const std::size_t at = host.rfind('@'); at != std::string::npos) host.erase(0, at + 1);
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), to_lower);
  std::transform(host.begin(), host.end(), host.begin(), to_lower);
  const std::string_view port = scheme == "https" ? ":443" : scheme == "http" ? ":80" : ":5432";
  if (host.ends_with(port)) host.resize(host.size() - port.size());
  while (path.ends_with('/')) path.pop_back();
  return scheme + "://" + host + path;
}

std::string normalise_connection(std::string connection) {
  constexpr std::string_view scheme = "postgresql://";
  if (connection.starts_with(scheme)) connection = "postgres://" + connection.substr(scheme.size());
  if (!connection.starts_with("postgres://")) return connection;
  return normalise_address(connection.substr(0, connection.find('?')));
}

std::string trim_slashes(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text.substr(std::min(text.find_first_not_of('/'), text.size()));
}

std::string normalise_path(const std::string& path, const RepoPath& directory) {
  const auto resolved = resolve_lexically(directory, path);
  return resolved ? resolved->str() : path;
}

PartialText normalise_path_pieces(PartialText path, const RepoPath& directory) {
  if (!path.front()) return path;
  for (std::size_t index = 1; index < path.size(); ++index) {
    if (path[index] && path[index]->find("..") != std::string::npos) return {std::nullopt};
  }
  const std::string first = *path.front();
  const std::size_t split = first.rfind('/') == std::string::npos ? 0 : first.rfind('/') + 1;
  const auto resolved = resolve_lexically(directory, first.substr(0, split));
  if (resolved) path.front() = (resolved->is_root() ? "" : resolved->str() + "/") + first.substr(split);
  if (path.front()->empty()) path.erase(path.begin());
  return path;
}

}  // namespace statelane::states
