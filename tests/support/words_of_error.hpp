#pragma once

#include <string>

#include "base/error.hpp"

namespace statelane::support {

/// What a refusal says, as `main` prints it: the message and a line for each hint. Empty when nothing was refused.
template <typename Act>
std::string words_of_error(const Act& act) {
  try {
    act();
  } catch (const Error& error) {
    std::string words = error.what();
    for (const std::string& hint : error.hints()) words += "\nhint: " + hint;
    return words;
  }
  return {};
}

}  // namespace statelane::support
