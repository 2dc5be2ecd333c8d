#pragma once

#include <string_view>

#include "base/content_id.hpp"

namespace statelane::repo {

/// git's id (SHA-1) of a blob with these bytes.
ContentId blob_id(std::string_view bytes);

/// git's id (SHA-1) of a tree object with these bytes.
ContentId tree_id(std::string_view bytes);

}  // namespace statelane::repo
