#pragma once

#include <string>
#include <string_view>

#include "base/content_id.hpp"

namespace statelane::repo {

/// git's id (SHA-1) of a blob with these bytes.
ContentId blob_id(std::string_view bytes);

/// git's id (SHA-1) of a tree object with these bytes.
ContentId tree_id(std::string_view bytes);

/// The id that 40 or 64 lower case hexadecimal digits spell; zero when `digits` is anything else.
ContentId parse_object_id(std::string_view digits);

/// The digits of an id of `size` bytes: 20, or 32 in a SHA-256 repository.
std::string object_digits(const ContentId& id, std::size_t size);

}  // namespace statelane::repo
