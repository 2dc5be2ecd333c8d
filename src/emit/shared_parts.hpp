#pragma once

#include <string>
#include <vector>

namespace statelane::emit {

/// What all of some names begin and end with.
struct SharedParts {
  std::string before;
  std::string after;
};

/// Takes from names what all of them share, in whole steps: of "s3 b/app/x.tfstate" and "s3 b/net/x.tfstate" stay "app"
/// and "net". Empty names count as none. Nothing is taken of a single name, nor where a name would be left empty.
SharedParts take_shared_parts(std::vector<std::string>& names);

}  // namespace statelane::emit
