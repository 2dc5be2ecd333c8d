#pragma once

#include <string>
#include <string_view>

namespace statelane::hcl {

/// What a text says, apart from how it is laid out: SHA-256, as 64 hexadecimal digits, over the tokens that mean
/// something. Comments, blank lines, indentation, alignment, line ends (`\r\n` or `\n`), newlines within brackets and a
/// byte order mark do not change it; whatever HCL gives meaning does, as the text of strings and heredocs. Two texts of
/// equal meaning may well have different digests (`{ a = 1, b = 2 }` and the same on two lines): the digest errs to the
/// side of difference. It is defined for faulty texts too.
std::string native_token_digest(const std::string& source);

/// The same for HCL's JSON syntax: white space between tokens is left out, and comments (`"//": "text"`) of the
/// outermost object. The order of keys counts.
std::string json_token_digest(std::string_view source);

}  // namespace statelane::hcl
