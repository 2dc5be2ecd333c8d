#pragma once

#include <string>
#include <string_view>

#include "support/random.hpp"

namespace statelane::support {

/// A made-up word or two, as services and modules are called.
std::string make_name(Random& random);

/// Blocks as real repositories hold them: resources, data sources, outputs, locals, variables with comments, heredocs,
/// `for` expressions and templates. They name no file.
std::string make_block(Random& random);

/// Blocks until there are about `bytes` of them.
std::string make_blocks(Random& random, std::size_t bytes);

/// A file of another kind by the ending of its name: YAML, JSON, a template, a script, text.
std::string make_other(Random& random, std::string_view name, std::size_t bytes);

}  // namespace statelane::support
