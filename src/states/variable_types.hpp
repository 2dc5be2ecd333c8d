#pragma once

#include "hcl/fold.hpp"

namespace statelane::states {

/// `value` as Terraform converts it to the type of a variable, `type` being the expression behind `type =`: what an
/// object leaves out of its optional attributes gets its default, or null; a list for a set is sorted and without
/// duplicates; numbers for strings are strings. Where Terraform refuses it is an error.
hcl::Value convert_to_type(const hcl::Value& value, const hcl::Expression& type);

}  // namespace statelane::states
