#include "cli/read_ledger.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "cli/network.hpp"
#include "gitlab/names.hpp"
#include "http/client.hpp"

namespace statelane::cli {

namespace {

/// Without the line break that a value pasted from a file ends with.
std::string read_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  while (!text.empty() && std::string_view(" \r\n\t").find(text.back()) != std::string_view::npos) text.pop_back();
  return text;
}

/// The first of these that is set.
struct Token {
  std::string header;
  std::string value;
  bool is_for_any_host = false;  ///< somebody gave it to this program; other tools' tokens are for one host
};

Token find_token() {
  if (std::string token = read_variable("STATELANE_TOKEN"); !token.empty()) return {"PRIVATE-TOKEN", token, true};
  if (std::string token = read_variable("CI_JOB_TOKEN"); !token.empty()) return {"JOB-TOKEN", token, false};
  return {"PRIVATE-TOKEN", read_variable("GITLAB_TOKEN"), false};
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// The host that other tools take GITLAB_TOKEN to be for.
bool is_host_of_token(const std::string& host) {
  std::string named = read_variable("GITLAB_HOST");
  if (const std::size_t scheme = named.find("://"); scheme != std::string::npos) named.erase(0, scheme + 3);
  return host == (named.empty() ? "gitlab.com" : without_slash(named));
}

ApiChoice choose_by_remote(const repo::Repository& repository, const Token& token) {
  const auto project = parse_remote_address(repository.remote_address());
  if (!project) return {{}, "origin is no project of a GitLab: its API is not asked"};
  if (!project->is_secure) {
    return {{},
            fmt::format("origin is reached without encryption, and no token is sent there; set CI_API_V4_URL to ask "
                        "GitLab's API all the same")};
  }
  if (!token.is_for_any_host && !is_host_of_token(project->host)) {
    return {{},
            fmt::format("GITLAB_TOKEN is not for {}: GITLAB_HOST names its host, STATELANE_TOKEN is sent to any",
                        project->host)};
  }
  return {applied::ApiPlace{fmt::format("https://{}/api/v4", project->host), gitlab::escape_for_url(project->path),
                            token.header, token.value},
          ""};
}

}  // namespace

std::optional<RemoteProject> parse_remote_address(const std::string& address) {
  RemoteProject project;
  std::string rest = address;
  const std::size_t scheme = rest.find("://");
  if (scheme != std::string::npos) {
    const std::string name = rest.substr(0, scheme);
    if (name != "https" && name != "http" && name != "ssh") return std::nullopt;
    project.is_secure = name != "http";
    rest.erase(0, scheme + 3);
    const std::size_t slash = rest.find('/');
    if (slash == std::string::npos) return std::nullopt;
    project.host = rest.substr(0, slash);
    project.path = rest.substr(slash + 1);
    if (name == "ssh") project.host = project.host.substr(0, project.host.find(':', project.host.find('@') + 1));
  } else {
    // git@host:group/project.git
    const std::size_t colon = rest.find(':');
    if (colon == std::string::npos || rest.find('/') < colon) return std::nullopt;
    project.is_secure = true;
    project.host = rest.substr(0, colon);
    project.path = rest.substr(colon + 1);
  }
  if (const std::size_t at = project.host.rfind('@'); at != std::string::npos) project.host.erase(0, at + 1);
  project.path = without_slash(std::move(project.path));
  if (project.path.ends_with(".git")) project.path.erase(project.path.size() - 4);
  while (project.path.starts_with('/')) project.path.erase(0, 1);
  if (project.host.empty() || project.path.find('/') == std::string::npos) return std::nullopt;
  return project;
}

ApiChoice choose_api(const repo::Repository& repository) {
  const Token token = find_token();
  if (token.value.empty()) {
    return {{}, "no token is set (STATELANE_TOKEN, GITLAB_TOKEN): GitLab's API is not asked"};
  }
  const std::string url = without_slash(read_variable("CI_API_V4_URL"));
  std::string project = read_variable("CI_PROJECT_ID");
  if (project.empty()) project = gitlab::escape_for_url(read_variable("CI_PROJECT_PATH"));
  if (url.empty() || project.empty()) return choose_by_remote(repository, token);
  return {applied::ApiPlace{url, project, token.header, token.value}, ""};
}

applied::Ledger read_ledger(const repo::Repository& repository, const std::vector<applied::Wanted>& wanted,
                            const std::string& branch, const Options& options) {
  http::Client client(read_network());
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(options.ledger_timeout);
  ApiChoice api = choose_api(repository);
  applied::Sources sources;
  sources.api = std::move(api.place);
  sources.why_no_api = std::move(api.why_not);
  sources.world = applied::open_world(client);
  sources.patience = options.ledger_timeout;
  sources.branch = branch;
  sources.list_refs = [&repository, seconds](const std::vector<std::string>& prefixes) {
    std::vector<applied::DeploymentRef> refs;
    for (repo::Repository::RemoteRef& ref : repository.remote_refs(prefixes, seconds))
      refs.push_back({std::move(ref.name), std::move(ref.commit)});
    return refs;
  };
  return applied::read_ledger(wanted, sources);
}

}  // namespace statelane::cli
