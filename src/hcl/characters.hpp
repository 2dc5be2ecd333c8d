#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace statelane::hcl {

/// The length of the UTF-8 sequence at the beginning of `text`: 1 to 4, or 0 when there is none. As lenient as HCL's
/// scanner: it looks at the shape, not at the code point.
std::size_t utf8_length(std::string_view text);

/// The code point of a sequence whose length is known.
char32_t decode_utf8(std::string_view sequence);

/// Appends `code_point`; it must be encodable.
void append_utf8(std::string& text, char32_t code_point);

/// Beyond ASCII: Unicode's ID_Start and ID_Continue.
bool is_identifier_start(char32_t code_point);
bool is_identifier_continue(char32_t code_point);

/// The length in bytes of the white space character at the beginning or end of `text`, 0 when there is none there.
/// White space is what Go's `unicode.IsSpace` takes for it, since HCL trims with that.
std::size_t leading_space(std::string_view text);
std::size_t trailing_space(std::string_view text);

std::string_view trim_left(std::string_view text);
std::string_view trim_right(std::string_view text);

}  // namespace statelane::hcl
