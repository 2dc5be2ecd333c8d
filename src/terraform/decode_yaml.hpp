#pragma once

#include <string_view>

#include "hcl/value.hpp"

namespace statelane::terraform {

/// What `yamldecode` makes of `text`, by the rules for types of the library that Terraform uses (go-cty-yaml). What is
/// not understood for sure is unknown: other tags, dates, several documents, what is nested deep.
hcl::Value decode_yaml(std::string_view text);

}  // namespace statelane::terraform
