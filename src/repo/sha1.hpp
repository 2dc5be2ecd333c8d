#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace statelane::repo {

/// SHA-1 of `head` and `body` together, by the processor's own instructions where it has them. git also looks for
/// traces of an attack while it hashes, several times slower, and refuses to store such a file; what it would not store
/// has an id here.
std::array<std::uint8_t, 20> sha1(std::string_view head, std::string_view body);

/// The same without these instructions.
std::array<std::uint8_t, 20> sha1_portably(std::string_view head, std::string_view body);

}  // namespace statelane::repo
