#include "hcl/duplicates.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace statelane::hcl {

namespace {

/// Quick for the few attributes that most bodies have.
bool has_duplicates(std::span<const Attribute> attributes) {
  for (std::size_t second = 1; second < attributes.size(); ++second) {
    for (std::size_t first = 0; first < second; ++first) {
      if (attributes[first].name == attributes[second].name) return true;
    }
  }
  return false;
}

}  // namespace

std::string DuplicateAttribute::message() const { return fmt::format("`{}` is set twice", second->name); }

std::vector<std::string> DuplicateAttribute::hints() const {
  return {fmt::format("it is set in line {} already: remove one of the two", first->name_range.begin.line)};
}

std::vector<DuplicateAttribute> find_duplicates(std::span<const Attribute> attributes) {
  constexpr std::size_t few = 12;
  if (attributes.size() <= few && !has_duplicates(attributes)) return {};
  std::vector<const Attribute*> sorted;
  for (const Attribute& attribute : attributes) sorted.push_back(&attribute);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Attribute* left, const Attribute* right) { return left->name < right->name; });
  std::vector<DuplicateAttribute> result;
  const Attribute* first = sorted.front();
  for (const Attribute* attribute : sorted) {
    if (attribute->name != first->name) {
      first = attribute;
    } else if (attribute != first) {
      result.push_back({first, attribute});
    }
  }
  return result;
}

}  // namespace statelane::hcl
