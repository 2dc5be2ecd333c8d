#pragma once

#include <span>
#include <string_view>

namespace statelane::pipeline {

/// A file of `templates/jobs/`, as it was when the program was built.
struct TemplateFile {
  std::string_view name;
  std::string_view text;
};

/// All of them, sorted by name. `generate --eject` writes these texts.
std::span<const TemplateFile> builtin_template_files();

}  // namespace statelane::pipeline
