#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "terraform/read_facts.hpp"

using Texts = std::vector<std::string>;

inline statelane::terraform::FileFacts read(std::string text) {
  return statelane::terraform::read_file_facts(std::move(text), statelane::terraform::Syntax::native);
}

/// `kind line expression` of every reference, in order.
inline Texts references(const statelane::terraform::FileFacts& facts) {
  using statelane::terraform::ReferenceKind;
  Texts result;
  for (const auto& reference : facts.references) {
    const std::string_view kind = reference.kind == ReferenceKind::file            ? "file"
                                  : reference.kind == ReferenceKind::template_file ? "template"
                                  : reference.kind == ReferenceKind::file_set      ? "set"
                                  : reference.kind == ReferenceKind::path_text     ? "text"
                                                                                   : "use";
    result.push_back(std::string(kind) + " " + std::to_string(reference.line) + " " +
                     statelane::hcl::render_expression(*reference.value));
  }
  return result;
}
