#pragma once

#include <string>

namespace statelane {

/// What the linker noted of this very program: another build, another id. Hexadecimal digits; empty when it was linked
/// without one.
std::string build_id();

}  // namespace statelane
