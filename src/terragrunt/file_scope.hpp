#pragma once

#include <set>
#include <span>

#include "terragrunt/evaluation.hpp"

namespace statelane::terragrunt {

/// The names of a stack file that are known in its blocks beside those of any file.
struct StackNames {
  std::optional<Entry> units;   ///< `unit`
  std::optional<Entry> stacks;  ///< `stack`
};

/// Evaluates what stands in one file.
class FileScope {
 public:
  /// `path` is the file, `context` the one that it is evaluated for: itself, or one that includes it.
  /// `include_directory` is the directory of the included file that this one belongs to; empty for the context's own.
  FileScope(Evaluation& evaluation, const hcl::File& file, RepoPath path, const Context& context,
            std::optional<RepoPath> include_directory);

  /// The file's own includes, in order.
  std::vector<Include> includes();

  /// Everything else.
  Config evaluate();

  /// An expression of this file, or of a block that sees its names.
  Entry fold(const hcl::Expression& expression, std::uint32_t line);
  /// The attributes of a body, blocks in it as objects.
  Entry fold_body(const hcl::Body& body);

  /// Reads a body as `evaluate` does the file's.
  Config evaluate_body(const hcl::Body& body);

  Origin origin_at(std::uint32_t line) const;
  void set_stack_names(StackNames names) { names_ = std::move(names); }
  /// Locals of another file that count as this one's.
  void add_locals(const hcl::Body& body);

  // What functions ask for.
  Evaluation& evaluation() { return evaluation_; }
  const Context& context() const { return context_; }
  const RepoPath& path() const { return path_; }
  const std::optional<RepoPath>& include_directory() const { return include_directory_; }
  Origin here() const { return origin_at(line_); }

 private:
  hcl::Value lookup(std::string_view root, std::string_view name, const SourceRange& range);
  Entry entry_of(std::string_view root, std::string_view name);
  Entry local(std::string_view name);
  Entry all_locals();
  Entry included(std::string_view name);
  Entry feature(std::string_view name);
  const std::optional<Entries>& values();
  hcl::Value mark_of(const hcl::Value& value, const hcl::Expression& expression, std::size_t first_read);
  std::string digest_of(const hcl::Expression& expression, std::size_t first_read);
  void describe_names(const hcl::Expression& expression, std::string& text);
  void add_block(const hcl::Block& block, Config& config);
  void add_terraform(const hcl::Block& block, Config& config);

  Evaluation& evaluation_;
  const hcl::File& file_;
  RepoPath path_;
  const Context& context_;
  std::optional<RepoPath> include_directory_;
  StackNames names_;
  std::map<std::string_view, const hcl::Attribute*> local_definitions_;
  std::map<std::string_view, Entry> locals_;
  std::set<std::string_view> folding_;
  std::optional<std::optional<Entries>> values_;
  std::map<std::string_view, const hcl::Block*> feature_blocks_;
  std::uint32_t line_ = 0;
};

/// Terragrunt's own functions, and those of Terraform that read files, as far as they are known. Empty for all others.
std::optional<hcl::Value> call_terragrunt_function(FileScope& scope, std::string_view name,
                                                   std::span<const hcl::Value> arguments);

}  // namespace statelane::terragrunt
