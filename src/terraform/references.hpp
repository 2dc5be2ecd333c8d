#pragma once

#include <string_view>
#include <vector>

#include "hcl/arena.hpp"
#include "terraform/file_facts.hpp"

namespace statelane::terraform {

/// Copies an expression, all texts included, into `arena`.
const hcl::Expression* copy_expression(const hcl::Expression& expression, hcl::Arena& arena);

/// Terraform's functions whose first argument is a path: the file's content, digest or existence becomes part of the
/// result.
bool is_file_function(std::string_view name);

/// Appends every expression in `expression` that may name a file. Copies go to `arena`.
void collect_references(const hcl::Expression& expression, bool is_definition, hcl::Arena& arena,
                        std::vector<FileReference>& references);

}  // namespace statelane::terraform
