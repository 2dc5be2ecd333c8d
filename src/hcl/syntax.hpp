#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/repo_path.hpp"
#include "base/source.hpp"
#include "hcl/arena.hpp"

namespace statelane::hcl {

/// What an expression is, and what its `text` and `operands` hold. Parentheses leave no node.
enum class ExpressionKind : std::uint8_t {
  null_literal,  ///< no operands
  boolean,       ///< text: `true` or `false`
  number,        ///< text: as written
  string,        ///< text: the value, escapes resolved; a quoted string, heredoc or template part without interpolation
  string_template,  ///< operands: the parts in order. A `string` part is literal, `template_if` and `template_for` are
                    ///< directives, any other is an interpolation. With one part that is no literal and no directive
                    ///< the value is that part's, not converted to a string.
  template_if,      ///< operands: condition, then [, else]; both branches are `string` or `string_template`
  template_for,     ///< operands: key name, value name, collection, body (`string` or `string_template`)
  variable,         ///< text: the name; the root of a traversal
  attribute,        ///< `operands[0].text`
  index,            ///< `operands[0][operands[1]]`; also the old form `a.0`
  splat,  ///< operands: source, each. `each` is built on one `splat_item`: `a[*].b` is splat(a, attribute(splat_item,
          ///< b))
  splat_item,  ///< the element in the `each` of the splat around it
  call,  ///< text: the function's name, also `provider::x::f`; operands: the arguments; has_ellipsis: the last is a
         ///< list of more
  conditional,  ///< operands: condition, then, else
  binary,       ///< text: the operator; operands: left, right
  unary,        ///< text: `-` or `!`; operands: one
  tuple,        ///< operands: the elements
  object,       ///< operands: key, value, key, value …; a bare word as key is a `string`
  for_tuple,    ///< operands: key name, value name, collection, value [, condition]
  for_object,   ///< operands: key name, value name, collection, key, value [, condition]; has_ellipsis: values are
                ///< grouped
  invalid,  ///< what recovery left of a faulty expression; operands: the parts that could be read, to be looked through
};
// A "key name" and "value name" is a `string`; the key name is empty where only one name is given.

/// No expression tree is higher than this.
inline constexpr int height_limit = 500;

/// A node of an expression tree. It lives in the arena of its `File`.
struct Expression {
  ExpressionKind kind = ExpressionKind::invalid;
  bool has_ellipsis = false;
  std::uint16_t height = 1;  ///< nodes on the longest way down; at most `height_limit`, so recursion is safe
  SourceRange range;
  std::string_view text;
  std::span<const Expression* const> operands;
};

/// `name = value`
struct Attribute {
  std::string_view name;
  SourceRange name_range;
  const Expression* value = nullptr;  ///< never null in a body
  SourceRange range;                  ///< from the name to the end of the value
};

/// A label of a block, quoted or bare.
struct Label {
  std::string_view text;
  SourceRange range;
};

struct Body;

/// `type "label" … { … }`
struct Block {
  std::string_view type;
  SourceRange type_range;
  std::span<const Label> labels;
  const Body* body = nullptr;  ///< never null in a body
  SourceRange range;           ///< from the type to the closing brace
};

/// What stands between two braces, or in a whole file, in source order.
struct Body {
  std::span<const Attribute> attributes;
  std::span<const Block> blocks;

  /// The first attribute called `name`; null when there is none.
  const Attribute* find(std::string_view name) const;
};

/// A parsed text: it owns the source and the nodes. Moving it keeps every pointer and view into it.
class File {
 public:
  File(std::string source, RepoPath path);

  const Body& body() const { return body_; }
  /// The one expression of a text read by `parse_template` or `parse_expression`; null for other files.
  const Expression* expression() const { return expression_; }
  std::string_view source() const { return *source_; }
  const RepoPath& path() const { return path_; }
  /// Something was wrong with the text: the tree holds what could be read, more may be missing.
  bool has_faults() const { return has_faults_; }
  /// A bound of ours ended the reading: it is larger, longer or deeper than is read here, and Terraform may read on.
  bool is_cut() const { return is_cut_; }

  /// Memory of the tree, in bytes.
  std::size_t tree_bytes() const { return arena_.capacity(); }

 private:
  friend class FileBuilder;
  std::unique_ptr<std::string> source_;  // behind a pointer: short strings move their bytes
  RepoPath path_;
  Arena arena_;
  Body body_;
  const Expression* expression_ = nullptr;
  bool has_faults_ = false;
  bool is_cut_ = false;
};

/// A variable with the constant steps behind it: `var.a["b"][0].c` is root `var`, steps `a`, `b`, `0`, `c`.
struct Traversal {
  std::string_view root;
  std::vector<std::string_view> steps;
};

/// `expression` as a traversal; empty when it is something else, or an index is not a literal.
std::optional<Traversal> as_traversal(const Expression& expression);

/// `expression` on one line, as one would write it, shortened to about `limit` bytes. For messages.
std::string render_expression(const Expression& expression, std::size_t limit = 80);

}  // namespace statelane::hcl
