#include "states/own_source.hpp"

#include <algorithm>
#include <array>

namespace statelane::states {

namespace {

using namespace std::string_view_literals;

/// Hosts that a source may name without a scheme.
constexpr std::array short_hosts = {"github.com/"sv, "gitlab.com/"sv, "bitbucket.org/"sv};

bool is_git_address(std::string_view source) {
  const auto begins = [&](std::string_view host) { return source.starts_with(host); };
  return source.starts_with("git::") || source.starts_with("git@") || source.find(".git") != std::string_view::npos ||
         std::any_of(short_hosts.begin(), short_hosts.end(), begins);
}

/// The value of `ref` in a query.
std::string find_ref(std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    if (query.starts_with("ref=")) return std::string(query.substr(4, end - 4));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return "";
}

/// A source as far as its query.
struct DividedSource {
  std::string_view address;
  std::optional<std::string_view> below;  ///< what follows `//`; empty: there is none
};

DividedSource divide(std::string_view source) {
  const std::size_t scheme = source.find("://");
  const std::size_t split = source.find("//", scheme == std::string_view::npos ? 0 : scheme + 3);
  if (split == std::string_view::npos) return {source, std::nullopt};
  return {source.substr(0, split), source.substr(split + 2)};
}

bool is_own(std::string_view address, std::span<const std::string> addresses) {
  const std::string wanted = normalise_repository(address);
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const std::string& own) { return !own.empty() && normalise_repository(own) == wanted; });
}

/// Some address of this repository begins so.
bool may_become_own(std::string_view address, std::span<const std::string> addresses) {
  std::string wanted = normalise_repository(address);
  while (wanted.ends_with('/')) wanted.pop_back();
  return std::any_of(addresses.begin(), addresses.end(), [&](const std::string& own) {
    return !own.empty() && normalise_repository(own).starts_with(wanted);
  });
}

}  // namespace

std::string normalise_repository(std::string_view address) {
  if (address.starts_with("git::")) address.remove_prefix(5);
  const std::size_t scheme = address.find("://");
  const bool has_scheme = scheme != std::string_view::npos;
  if (has_scheme) address.remove_prefix(scheme + 3);
  // `git@host:path` parts host and path by the colon, an address with a scheme has a port behind it.
  std::size_t host_end = std::min(address.find('/'), address.size());
  if (!has_scheme) host_end = std::min(host_end, std::min(address.find(':'), address.size()));
  std::string host(address.substr(0, host_end));
  std::string path(address.substr(std::min(host_end + 1, address.size())));
  if (const std::size_t at = host.rfind('@'); at != std::string::npos) host.erase(0, at + 1);
  if (const std::size_t port = host.find(':'); port != std::string::npos) host.resize(port);
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter; });
  path.erase(0, std::min(path.find_first_not_of('/'), path.size()));
  while (path.ends_with('/')) path.pop_back();
  if (path.ends_with(".git")) path.resize(path.size() - 4);
  return host + "/" + path;
}

std::optional<OwnSource> find_own_source(std::string_view source, std::span<const std::string> addresses) {
  if (addresses.empty() || !is_git_address(source)) return std::nullopt;
  const std::size_t query = std::min(source.find('?'), source.size());
  const std::string ref = find_ref(source.substr(std::min(query + 1, source.size())));
  const DividedSource divided = divide(source.substr(0, query));
  if (!is_own(divided.address, addresses)) return std::nullopt;
  const auto directory = RepoPath().resolve(divided.below.value_or(""));
  return directory ? std::optional(OwnSource{*directory, ref}) : std::nullopt;
}

std::optional<OwnBeginning> find_own_beginning(std::string_view beginning, std::span<const std::string> addresses) {
  if (beginning.find('?') != std::string_view::npos) {
    const auto found = find_own_source(beginning, addresses);
    return found ? std::optional(OwnBeginning{found->directory, true}) : std::nullopt;
  }
  if (addresses.empty() || !is_git_address(beginning)) return std::nullopt;
  const auto [address, below] = divide(beginning);
  if (!below) return may_become_own(address, addresses) ? std::optional(OwnBeginning{}) : std::nullopt;
  if (!is_own(address, addresses)) return std::nullopt;
  // What follows may go on with the last name.
  const std::size_t slash = below->rfind('/');
  const auto directory = RepoPath().resolve(slash == std::string_view::npos ? "" : below->substr(0, slash));
  return OwnBeginning{directory.value_or(RepoPath()), false};
}

bool is_commit_id(std::string_view ref) {
  return (ref.size() == 40 || ref.size() == 64) && ref.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace statelane::states
