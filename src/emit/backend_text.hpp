#pragma once

#include <string>

#include "states/state.hpp"

namespace statelane::emit {

/// Where a state is stored, in a few words: `s3 bucket/network/prod`. What is not known is a `*`, defaults are left
/// out.
/// "-" where nothing says.
std::string render_backend(const states::State& state);

}  // namespace statelane::emit
