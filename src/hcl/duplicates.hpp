#pragma once

#include <span>
#include <string>
#include <vector>

#include "hcl/syntax.hpp"

namespace statelane::hcl {

/// An attribute that was set before.
struct DuplicateAttribute {
  const Attribute* first = nullptr;
  const Attribute* second = nullptr;

  std::string message() const;
  std::vector<std::string> hints() const;
};

/// Both syntaxes refuse to set an attribute of one body twice.
std::vector<DuplicateAttribute> find_duplicates(std::span<const Attribute> attributes);

}  // namespace statelane::hcl
