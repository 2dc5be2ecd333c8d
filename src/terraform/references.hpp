#pragma once

#include <string_view>
#include <vector>

#include "hcl/arena.hpp"
#include "terraform/file_facts.hpp"
#include "terraform/loop_stack.hpp"

namespace statelane::terraform {

/// Copies an expression, all texts included, into `arena`.
const hcl::Expression* copy_expression(const hcl::Expression& expression, hcl::Arena& arena);

/// Terraform's functions whose first argument is a path: the file's content, digest or existence becomes part of the
/// result.
bool is_file_function(std::string_view name);

/// What `collect_references` looks for.
enum class Wanted {
  everything,  ///< whatever may name a file
  calls,       ///< calls of functions that read files, as in a template, whose text is no path
};

/// Appends every expression in `expression` that may name a file. Copies go to `arena`, `loops` are those around it.
/// True when `expression` as a whole may be a path: then it is the first of those that were appended.
bool collect_references(const hcl::Expression& expression, bool is_definition, Wanted wanted, LoopStack& loops,
                        hcl::Arena& arena, std::vector<FileReference>& references);

/// An argument of this name takes a path, by the habits of providers: `source_dir`, `chart`, `context`, `filename` ….
bool takes_path(std::string_view name);

/// Appends `expression`, the value of an argument that takes a path, unless it cannot be text or stands behind `first`
/// already.
void add_path_value(const hcl::Expression& expression, bool is_definition, std::size_t first, LoopStack& loops,
                    hcl::Arena& arena, std::vector<FileReference>& references);

}  // namespace statelane::terraform
