#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hcl/value.hpp"
#include "states/state.hpp"

namespace statelane::states {

/// One text that a value may be, and the reason for its unknown parts.
struct PossibleText {
  PartialText text;
  std::string why;  ///< empty when the text is wholly known
};

/// All texts that a value may be: several for alternatives, one unknown piece for a value of which nothing is known,
/// none for null, for lists and maps, and for what cannot be evaluated.
std::vector<PossibleText> to_texts(const hcl::Value& value);

/// The attributes of a map, those of nested maps as `workspaces.name`, each with its possible texts. Empty when it is
/// no map.
std::optional<std::map<std::string, std::vector<PossibleText>>> to_attributes(const hcl::Value& value);

/// A text that is equal for values that fold alike, whatever the reasons for their unknown parts.
std::string to_fingerprint(const hcl::Value& value);

}  // namespace statelane::states
