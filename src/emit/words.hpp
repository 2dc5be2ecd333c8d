#pragma once

#include <string>
#include <string_view>

#include "base/escape.hpp"
#include "impact/impact.hpp"
#include "states/state.hpp"
#include "states/state_graph.hpp"

namespace statelane::emit {

// The words that JSON and text have for closed sets; part of the JSON schemas.
std::string_view word_of(impact::Change change);
std::string_view word_of(impact::CauseKind kind);
std::string_view word_of(states::Exclusion exclusion);  // `beside` for none
std::string_view word_of(states::StateKind kind);
std::string_view word_of(states::StateReason reason);
std::string_view word_of(states::EdgeKind kind);
std::string_view word_of(states::InputKind kind);

/// `text` with each byte that is not UTF-8 as `\xNN`, and then its own backslashes doubled; text that is UTF-8 stays as
/// it is.
std::string escape_non_utf8(std::string_view text);

}  // namespace statelane::emit
