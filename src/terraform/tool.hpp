#pragma once

#include <string_view>

namespace statelane::terraform {

/// Which of the two reads a lane's files; they differ in which they load.
enum class Tool { unknown, terraform, opentofu };

/// The tool by the name or path of its program; `unknown` for a wrapper with a name of its own.
Tool tool_of(std::string_view program);

}  // namespace statelane::terraform
