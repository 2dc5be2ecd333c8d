#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hcl/value.hpp"
#include "states/state.hpp"

namespace statelane::states {

/// One text that a value may be, and what is to be known of its unknown parts.
struct PossibleText {
  PartialText text;
  std::string why;          ///< empty when the text is wholly known
  bool may_climb = false;   ///< an unknown part may hold a `..` that comes from the repository
  bool is_content = false;  ///< all that a file holds
};

/// All texts that a value may be: several for alternatives, one unknown piece for a value of which nothing is known,
/// none for null, for lists and maps, and for what cannot be evaluated.
std::vector<PossibleText> to_texts(const hcl::Value& value);

/// The words of a text that may hold a command or a list of paths: blanks, quotes and the like part them. An unknown
/// part is part of the word that it stands in.
std::vector<PartialText> split_words(const PartialText& text);

/// The same path text, read from the working directory `from`, with an unknown part where its own unknown parts may
/// lead out of the directory that its known beginning names: because they may hold `..`, or because one stands behind
/// them. Where a text leads that climbs from nobody knows how deep, it may lead anywhere in the repository; the known
/// end of its last name stays.
PartialText spread(const PossibleText& text, const RepoPath& from);

/// The attributes of a map, those of nested maps as `workspaces.name`, each with its possible texts. Empty when it is
/// no map.
std::optional<std::map<std::string, std::vector<PossibleText>>> to_attributes(const hcl::Value& value);

/// A text that is equal for values that fold alike, whatever the reasons for their unknown parts.
std::string to_fingerprint(const hcl::Value& value);
std::string to_fingerprint(const hcl::Value::Map& map);

}  // namespace statelane::states
