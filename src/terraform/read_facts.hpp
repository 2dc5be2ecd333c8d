#pragma once

#include <cstddef>
#include <string>

#include "hcl/file_builder.hpp"
#include "terraform/file_facts.hpp"
#include "terraform/file_names.hpp"
#include "terraform/variable_file.hpp"

namespace statelane::terraform {

/// No configuration that people or programs write is larger: more is not parsed, which is a fault of the file.
inline constexpr std::size_t largest_configuration = hcl::largest_file;

/// The facts of a configuration file's bytes. Never fails: what cannot be read is in `faults`.
FileFacts read_file_facts(std::string text, Syntax syntax);

/// The same for a file of variable values or backend settings.
VariableFile read_variable_file(std::string text, Syntax syntax);

/// What a file's bytes say apart from comments and layout, as 64 hexadecimal digits; equal digests, equal meaning.
std::string token_digest(const std::string& text, Syntax syntax);

}  // namespace statelane::terraform
