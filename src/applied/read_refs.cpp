#include "applied/read_refs.hpp"

#include <charconv>

namespace statelane::applied {

namespace {

struct Parts {
  std::string slug;
  std::int64_t iid = 0;
};

std::optional<Parts> parse_name(std::string_view name) {
  constexpr std::string_view prefix = refs_of_environments;
  constexpr std::string_view middle = "/deployments/";
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  const std::size_t at = name.find(middle);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const std::string_view digits = name.substr(at + middle.size());
  Parts parts{std::string(name.substr(0, at)), 0};
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), parts.iid);
  if (fault != std::errc() || end != digits.data() + digits.size() || parts.iid <= 0) return std::nullopt;
  if (parts.slug.find('/') != std::string::npos) return std::nullopt;
  return parts;
}

}  // namespace

RefsBySlug RefsBySlug::parse(const std::vector<DeploymentRef>& refs, const std::map<std::string, std::string>& wanted) {
  RefsBySlug result;
  for (const DeploymentRef& ref : refs) {
    const auto parts = parse_name(ref.name);
    if (!parts || !is_commit(ref.commit)) continue;
    Deployment found;
    found.iid = parts->iid;
    found.commit = ref.commit;
    Deployment& newest = result.newest[parts->slug];
    if (newest.iid < found.iid) newest = found;
    if (wanted.contains(parts->slug) && (!result.first || result.first->iid > found.iid)) result.first = found;
  }
  return result;
}

}  // namespace statelane::applied
