#pragma once

#include <string>
#include <string_view>

namespace statelane {

/// A foreign text (a name, a server's answer, a program's words) as part of one line for people: control characters,
/// line ends among them, characters that change the direction of writing, and bytes that are not UTF-8 as `\xNN` or
/// `\u{NNNN}`.
std::string escape_for_terminal(std::string_view text);

/// The same for a whole message: its line ends stay, and what follows one is set in, so that no line of it begins like
/// a line of our own.
std::string escape_lines(std::string_view text);

/// `text` cut after `most` characters, with `...` where something is gone.
std::string cut_text(std::string_view text, std::size_t most);

}  // namespace statelane
