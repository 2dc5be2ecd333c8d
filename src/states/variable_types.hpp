#pragma once

#include "hcl/fold.hpp"

namespace statelane::states {

/// `value` as Terraform converts it to the type of a variable, `type` being the expression behind `type =`: what an
/// object leaves out of its optional attributes gets its default, or null; a list for a set is sorted and without
/// duplicates. Everything else stays as it is: that it fits is Terraform's to say.
hcl::Value convert_to_type(hcl::Value value, const hcl::Expression& type);

}  // namespace statelane::states
