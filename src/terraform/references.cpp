#include "terraform/references.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace statelane::terraform {

namespace {

using namespace std::string_view_literals;
using hcl::Expression;
using hcl::ExpressionKind;

/// Roots of traversals that a lane can know: a string built from one of these may turn out to be a path.
bool is_foldable_root(std::string_view name) {
  constexpr std::array roots = {"path"sv, "local"sv, "var"sv, "each"sv};
  return std::find(roots.begin(), roots.end(), name) != roots.end();
}

/// The variable that a chain of attributes and indexes begins with; empty for all else.
std::string_view root_of(const Expression& expression) {
  const Expression* part = &expression;
  while (part->kind == ExpressionKind::attribute || part->kind == ExpressionKind::index) part = part->operands[0];
  return part->kind == ExpressionKind::variable ? part->text : std::string_view();
}

/// Functions that build or pass on path text.
bool is_path_building_function(std::string_view name) {
  constexpr std::array names = {"format"sv,  "join"sv,       "abspath"sv,   "dirname"sv, "pathexpand"sv,
                                "replace"sv, "lower"sv,      "element"sv,   "lookup"sv,  "coalesce"sv,
                                "try"sv,     "trimsuffix"sv, "trimprefix"sv};
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool ends_a_word(std::string_view text) {
  return text.empty() || " \t\n\"'=:(`;&|,"sv.find(text.back()) != std::string_view::npos;
}

/// Somewhere in the text, at its start or behind a blank or quote, a relative path begins, or one goes up.
bool holds_relative_path(std::string_view text) {
  for (std::size_t at = text.find("./"); at != std::string_view::npos; at = text.find("./", at + 2)) {
    std::size_t begin = at;
    if (begin > 0 && text[begin - 1] == '.') --begin;
    if (ends_a_word(text.substr(0, begin))) return true;
  }
  return text == ".." || text.find("/../") != std::string_view::npos;
}

/// A file of this name is read as configuration, or not at all, unless something reads it as data.
bool is_bare_file_name(std::string_view text) {
  constexpr std::array endings = {".tf"sv,  ".tf.json"sv,     ".tofu"sv,      ".tofu.json"sv, ".tfvars"sv,
                                  ".hcl"sv, ".tfvars.json"sv, ".tfbackend"sv, ".md"sv,        ".gitignore"sv};
  // Most texts are names and values: they are told apart before anything dearer is asked.
  if (text.find('.') == std::string_view::npos && text.find("LICENSE") == std::string_view::npos) return false;
  if (text.find_first_of(" \t\n*"sv) != std::string_view::npos || text.starts_with('/')) return false;
  const bool is_license = text.substr(text.rfind('/') + 1).starts_with("LICENSE");
  return is_license || std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
           return text.size() > ending.size() && text.ends_with(ending);
         });
}

/// `path.module` and `path.root` by themselves.
bool is_directory_traversal(const Expression& expression) {
  return expression.kind == ExpressionKind::attribute && (expression.text == "module" || expression.text == "root") &&
         expression.operands[0]->kind == ExpressionKind::variable && expression.operands[0]->text == "path";
}

/// Functions whose result holds their arguments as they are.
bool passes_values_on(std::string_view name) {
  constexpr std::array names = {"coalesce"sv, "compact"sv, "concat"sv, "distinct"sv, "flatten"sv, "lookup"sv,
                                "merge"sv,    "one"sv,     "tolist"sv, "tomap"sv,    "toset"sv,   "try"sv};
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What the expression gives may be one of its operands as it is.
bool passes_operands_on(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::conditional:
    case ExpressionKind::tuple:
    case ExpressionKind::object:
    case ExpressionKind::for_tuple:
    case ExpressionKind::for_object: return true;
    case ExpressionKind::call: return passes_values_on(expression.text);
    default: return false;
  }
}

template <typename Predicate>
bool mentions_root(const Expression& expression, const Predicate& is_wanted) {
  if (expression.kind == ExpressionKind::variable) return is_wanted(expression.text);
  return std::any_of(expression.operands.begin(), expression.operands.end(),
                     [&](const Expression* operand) { return mentions_root(*operand, is_wanted); });
}

bool mentions_path(const Expression& expression) {
  return mentions_root(expression, [](std::string_view name) { return name == "path"; });
}

bool mentions_foldable_root(const Expression& expression) { return mentions_root(expression, is_foldable_root); }

/// `path.…` stands in it, a text part holds a relative path, or an interpolation at the start of a word is followed by
/// a slash.
bool may_be_path_template(const Expression& expression) {
  std::string_view before;
  for (std::size_t index = 0; index < expression.operands.size(); ++index) {
    const Expression& part = *expression.operands[index];
    if (part.kind == ExpressionKind::string) {
      if (holds_relative_path(part.text)) return true;
      before = part.text;
      continue;
    }
    if (mentions_path(part)) return true;
    const Expression* next = index + 1 < expression.operands.size() ? expression.operands[index + 1] : nullptr;
    const bool slash_follows = next != nullptr && next->kind == ExpressionKind::string && next->text.starts_with('/');
    if (slash_follows && ends_a_word(before) && mentions_foldable_root(part)) return true;
    before = "x";
  }
  return false;
}

bool holds_slash(const Expression& expression) {
  if (expression.kind == ExpressionKind::string) return expression.text.find('/') != std::string_view::npos;
  return std::any_of(expression.operands.begin(), expression.operands.end(),
                     [](const Expression* operand) { return holds_slash(*operand); });
}

/// Functions that make one text of their arguments, so that none of those is a path by itself.
bool joins_texts(std::string_view name) {
  constexpr std::array names = {"format"sv, "join"sv, "replace"sv, "trimprefix"sv, "trimsuffix"sv};
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool holds_relative_text(const Expression& expression) {
  if (expression.kind == ExpressionKind::string) return holds_relative_path(expression.text);
  return std::any_of(expression.operands.begin(), expression.operands.end(),
                     [](const Expression* operand) { return holds_relative_text(*operand); });
}

/// Whether the expression itself, not one inside it, may be path text.
bool may_be_path_text(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::string: return holds_relative_path(expression.text);
    case ExpressionKind::string_template: return may_be_path_template(expression);
    case ExpressionKind::call:
      return is_path_building_function(expression.text) &&
             (mentions_path(expression) || (holds_slash(expression) && mentions_foldable_root(expression)) ||
              (joins_texts(expression.text) && holds_relative_text(expression)));
    default: return false;
  }
}

/// Walks one expression tree and gathers what may name files.
class Collector {
 public:
  Collector(bool is_definition, Wanted wanted, LoopStack& loops, hcl::Arena& arena,
            std::vector<FileReference>& references)
      : is_definition_(is_definition), wanted_(wanted), loops_(loops), arena_(arena), references_(references) {}

  /// True when the expression as a whole may be a path.
  bool visit(const Expression& expression) {
    if (expression.kind == ExpressionKind::call && visit_file_call(expression)) return false;
    const bool is_directory = is_value_ && is_directory_traversal(expression);
    if (wanted_ == Wanted::everything && (is_directory || may_be_path_text(expression))) {
      add(ReferenceKind::path_text, expression, expression);
      visit_calls_below(expression);
      return true;
    }
    if (expression.kind == ExpressionKind::attribute && visit_use(expression)) return false;
    if (wanted_ == Wanted::everything && expression.kind == ExpressionKind::string && is_value_ &&
        is_bare_file_name(expression.text)) {
      add(ReferenceKind::path_value, expression, expression);
      return false;
    }
    const bool was_value = std::exchange(is_value_, is_value_ && passes_operands_on(expression));
    visit_operands(expression);
    is_value_ = was_value;
    return false;
  }

 private:
  void visit_operands(const Expression& expression) {
    const bool is_for = expression.kind == ExpressionKind::for_tuple || expression.kind == ExpressionKind::for_object;
    const bool is_loop = is_for || expression.kind == ExpressionKind::template_for;
    if (is_loop) {
      visit_loop(expression);
    } else {
      for (const Expression* operand : expression.operands) visit(*operand);
    }
  }

  void add(ReferenceKind kind, const Expression& value, const Expression& place) {
    const Expression* const copied[] = {copy_expression(value, arena_)};
    references_.push_back({kind, copied[0], {}, {}, loops_.loops_for(copied), is_definition_, place.range.begin.line});
  }

  /// True when `call` reads files by its name.
  bool visit_file_call(const Expression& call) {
    if (call.operands.empty()) return false;
    const std::string_view name = call.text.starts_with("core::") ? call.text.substr(6) : call.text;
    if (name == "fileset") {
      add(ReferenceKind::file_set, call, call);
    } else if (name == "templatefile") {
      add(ReferenceKind::template_file, call, call);
    } else if (is_file_function(name)) {
      add(ReferenceKind::file, *call.operands[0], call);
    } else {
      return false;
    }
    visit_calls_below(*call.operands[0]);
    for (const Expression* operand : call.operands.subspan(1)) {
      // A pattern is no path of its own.
      if (name == "fileset") visit_calls_below(*operand);
      if (name != "fileset") visit(*operand);
    }
    return true;
  }

  /// `local.x` or `var.x` by itself: its definition counts already, except where that names a directory above, which
  /// then matters only here. Once per file is enough. True when the expression is such a traversal.
  bool visit_use(const Expression& expression) {
    const std::string_view root = root_of(expression);
    if (!is_foldable_root(root) || root == "each" || !hcl::as_traversal(expression)) return false;
    if (is_definition_ || wanted_ != Wanted::everything || depth_ > 0) return true;
    if (root == "path" && !is_value_) return true;
    const std::string text = hcl::render_expression(expression, 256);
    const bool is_known = std::any_of(references_.begin(), references_.end(), [&](const FileReference& reference) {
      return reference.kind == ReferenceKind::use && reference.text == text;
    });
    if (!is_known) {
      add(ReferenceKind::use, expression, expression);
      references_.back().text = arena_.copy(text);
    }
    return true;
  }

  /// Inside something that is taken as one path only calls that read files count.
  void visit_calls_below(const Expression& expression) {
    for (const Expression* operand : expression.operands) {
      if (operand->kind == ExpressionKind::call && visit_file_call(*operand)) continue;
      visit_calls_below(*operand);
    }
  }

  /// Operands 0 and 1 are the names, 2 is the collection, which does not see them.
  void visit_loop(const Expression& loop) {
    visit(*loop.operands[2]);
    const std::size_t condition_at = loop.kind == ExpressionKind::for_object ? 5 : 4;
    const bool has_condition = loop.kind != ExpressionKind::template_for && loop.operands.size() > condition_at;
    loops_.push({Loop::Kind::for_expression, loop.operands[0]->text, loop.operands[1]->text, loop.operands[2],
                 has_condition ? loop.operands[condition_at] : nullptr});
    ++depth_;
    for (const Expression* operand : loop.operands.subspan(3)) visit(*operand);
    --depth_;
    loops_.pop();
  }

  bool is_definition_;
  Wanted wanted_;
  LoopStack& loops_;
  hcl::Arena& arena_;
  std::vector<FileReference>& references_;
  int depth_ = 0;         ///< `for` expressions around
  bool is_value_ = true;  ///< what is visited may be the value as a whole, or an element of it
};

}  // namespace

const Expression* copy_expression(const Expression& expression, hcl::Arena& arena) {
  Expression copy = expression;
  copy.text = arena.copy(expression.text);
  std::vector<const Expression*> operands;
  operands.reserve(expression.operands.size());
  for (const Expression* operand : expression.operands) operands.push_back(copy_expression(*operand, arena));
  copy.operands = arena.copy(std::span<const Expression* const>(operands));
  return arena.make(copy);
}

bool is_file_function(std::string_view name) {
  constexpr std::array names = {"file"sv,         "fileexists"sv,      "filebase64"sv, "filemd5"sv,
                                "filesha1"sv,     "filesha256"sv,      "filesha512"sv, "filebase64sha256"sv,
                                "templatefile"sv, "filebase64sha512"sv};
  return std::find(names.begin(), names.end(), name.starts_with("core::") ? name.substr(6) : name) != names.end();
}

bool takes_path(std::string_view name) {
  constexpr std::array names = {"chart"sv, "context"sv,  "dir"sv,  "directory"sv, "file"sv,
                                "files"sv, "filename"sv, "path"sv, "source"sv,    "folder"sv};
  constexpr std::array endings = {"_dir"sv,      "_directory"sv, "_file"sv, "_files"sv,
                                  "_filename"sv, "_folder"sv,    "_path"sv};
  return std::find(names.begin(), names.end(), name) != names.end() ||
         std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

void add_path_value(const Expression& expression, bool is_definition, std::size_t first, LoopStack& loops,
                    hcl::Arena& arena, std::vector<FileReference>& references) {
  switch (expression.kind) {
    case ExpressionKind::string:
      if (expression.text.empty() || expression.text.find_first_of(" \t\n:$"sv) != std::string_view::npos) return;
      break;
    case ExpressionKind::call:
      if (is_file_function(expression.text)) return;
      [[fallthrough]];
    case ExpressionKind::attribute:
    case ExpressionKind::conditional:
    case ExpressionKind::index:
      if (!mentions_foldable_root(expression)) return;
      break;
    default: return;
  }
  const bool is_there = references.size() > first && references[first].kind == ReferenceKind::path_value;
  if (is_there && expression.kind == ExpressionKind::string) return;
  const Expression* const copied[] = {copy_expression(expression, arena)};
  references.push_back({ReferenceKind::path_value,
                        copied[0],
                        {},
                        {},
                        loops.loops_for(copied),
                        is_definition,
                        expression.range.begin.line});
}

bool collect_references(const Expression& expression, bool is_definition, Wanted wanted, LoopStack& loops,
                        hcl::Arena& arena, std::vector<FileReference>& references) {
  return Collector(is_definition, wanted, loops, arena, references).visit(expression);
}

}  // namespace statelane::terraform
