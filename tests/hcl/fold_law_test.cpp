// The law of folding: with any concrete value in the place of each unknown one, the concrete result is among those that
// the folded one stands for. And what is wholly known is what `terraform console` says.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "hcl/alternatives.hpp"
#include "hcl/fold.hpp"
#include "hcl/fold_arguments.hpp"
#include "hcl/terraform_console.hpp"

using namespace statelane;
using namespace statelane::hcl;

namespace {

/// Where the repository lies in all concrete values.
constexpr std::string_view root = "/home/u/repo";

std::string with_root(std::string text) {
  for (std::size_t at = text.find(repository_root); at != std::string::npos; at = text.find(repository_root))
    text.replace(at, repository_root.size(), root);
  return text;
}

/// `text` matches `pieces` from `index` on.
bool matches(const Value::Text& pattern, std::size_t index, std::string_view text) {
  if (index == pattern.pieces.size()) return text.empty();
  if (const auto& piece = pattern.pieces[index]) {
    const std::string known = with_root(*piece);
    return text.starts_with(known) && matches(pattern, index + 1, text.substr(known.size()));
  }
  for (std::size_t size = 0; size <= text.size(); ++size) {
    if (matches(pattern, index + 1, text.substr(size))) return true;
  }
  return false;
}

std::size_t count_climbs(std::string_view text) {
  std::size_t result = 0;
  for (std::size_t at = text.find(".."); at != std::string_view::npos; at = text.find("..", at + 2)) ++result;
  return result;
}

bool covers_text(const Value::Text& folded, const std::string& text) {
  std::size_t known = 0;
  for (const auto& piece : folded.pieces) known += piece ? count_climbs(*piece) : 0;
  return matches(folded, 0, text) && (folded.why.may_climb || count_climbs(text) <= known);
}

/// `folded` stands for `concrete`, among others. What is an error concretely need not be covered.
bool covers(const Value& folded, const Value& concrete) {
  if (concrete.is_error()) return true;
  if (const auto* alternatives = concrete.as_one_of())
    return std::all_of(alternatives->values.begin(), alternatives->values.end(),
                       [&](const Value& value) { return covers(folded, value); });
  if (const auto* unknown = folded.as_unknown())
    return !unknown->is_error && (unknown->may_climb || !concrete.may_climb());
  if (const auto* one_of = folded.as_one_of())
    return std::any_of(one_of->values.begin(), one_of->values.end(),
                       [&](const Value& value) { return covers(value, concrete); });
  // What could not be worked out of concrete values says nothing.
  if (concrete.is_unknown()) return true;
  if (const auto* text = folded.as_text()) {
    const auto known = concrete.as_known_string();
    return concrete.as_text() != nullptr && (!known || covers_text(*text, *known));
  }
  if (const auto* list = folded.as_open_list()) {
    const auto* items = concrete.as_open_list();
    if (items == nullptr || items->is_set != list->is_set) return false;
    if (list->is_open) {
      return std::all_of(items->begin(), items->end(), [&](const Value& item) {
        return std::any_of(list->begin(), list->end(), [&](const Value& other) { return covers(other, item); });
      });
    }
    return !items->is_open && std::equal(list->begin(), list->end(), items->begin(), items->end(), covers);
  }
  if (const auto* map = folded.as_open_map(); map != nullptr && map->is_open) {
    const auto* items = concrete.as_open_map();
    return items != nullptr && std::all_of(items->begin(), items->end(), [&](const auto& entry) {
             const Value value = value_under(*map, entry.first, Value::error({}));
             return !value.is_error() && covers(value, entry.second);
           });
  }
  if (const auto* map = folded.as_map()) {
    const auto* items = concrete.as_map();
    return items != nullptr &&
           std::equal(map->begin(), map->end(), items->begin(), items->end(), [](const auto& left, const auto& right) {
             return left.first == right.first && covers(left.second, right.second);
           });
  }
  return folded == concrete;
}

/// As one writes it; for messages and for Terraform.
std::string to_hcl(const Value& value) {
  if (const auto* unknown = value.as_unknown()) return unknown->is_error ? "!" : unknown->may_climb ? "^" : "?";
  std::string result;
  if (const auto* one_of = value.as_one_of()) {
    for (const Value& item : one_of->values) result += (result.empty() ? "" : " or ") + to_hcl(item);
    return "(" + result + ")";
  }
  if (const auto* text = value.as_text()) {
    for (const auto& piece : text->pieces) result += piece ? with_root(*piece) : text->why.may_climb ? "^" : "*";
    return to_json(Value::text(result));
  }
  if (const auto* list = value.as_open_list()) {
    for (const Value& item : *list) result += (result.empty() ? "" : ", ") + to_hcl(item);
    result = "[" + result + "]";
    return list->is_open ? "~" + result : list->is_set ? "toset(" + result + ")" : result;
  }
  if (const auto* map = value.as_open_map()) {
    for (const auto& [key, item] : *map)
      result += fmt::format("{}\"{}\" = {}", result.empty() ? "" : ", ", key, to_hcl(item));
    for (const auto& [key, item] : map->others)
      result += fmt::format("{}({}) = {}", result.empty() ? "" : ", ", to_hcl(key), to_hcl(item));
    return (map->is_open ? "~{" : "{") + result + "}";
  }
  return to_json(value);
}

Value text(std::string value) { return Value::text(std::move(value)); }
Value number(std::int64_t value) { return Value{Number::of(value)}; }

Value anything(bool may_climb) { return Value{Value::Unknown{"anything", {}, false, may_climb}}; }

Value pieces(std::vector<std::optional<std::string>> parts, bool may_climb = false) {
  Value::Text result;
  result.pieces = std::move(parts);
  result.why = {"a piece", {}, false, may_climb};
  return Value{std::move(result)};
}

Value list(Value::List items, bool is_open = false) {
  items.is_open = is_open;
  return Value{std::move(items)};
}

Value open_map(Value::Map entries) {
  entries.is_open = true;
  return Value{std::move(entries)};
}

Value set(Value::List items) {
  items.is_set = true;
  return Value{std::move(items)};
}

/// A value known in part, and values that it may be.
struct Sample {
  Value folded;
  std::vector<Value> concrete;
};

Value decimal(std::string_view digits) { return Value{*Number::parse(digits)}; }

/// Values without `..`.
std::vector<Value> tame_values() {
  return {text(""),
          text("a"),
          text("a/b.txt"),
          text("/etc/x"),
          text("1"),
          text("true"),
          text(" a\n"),
          text("aXbX"),
          number(0),
          number(1),
          number(2),
          decimal("0.5"),
          Value{true},
          Value{false},
          Value{},
          list({}),
          list({text("b"), text("a")}),
          list({text("a"), text("a")}),
          list({number(1), text("1")}),
          list({list({text("x")}), text("y")}),
          set({text("a"), text("b")}),
          Value{Value::Map{}},
          Value{Value::Map{{"a", text("x")}, {"b", number(1)}}},
          Value{Value::Map{{"a", list({text("z")})}}},
          list({Value{}}),
          list({number(3), number(20)})};
}

std::vector<Value> climbing_values() {
  std::vector<Value> result = tame_values();
  for (Value value :
       {text(".."), text("../a"), text("../../data/x.txt"), text("a/../b"), list({text(".."), text("b")}),
        Value{Value::Map{{"a", text("../x")}}}, set({text("../a"), text("b")}), list({list({text("../q")})})})
    result.push_back(std::move(value));
  return result;
}

std::vector<Value> texts_between(const std::string& before, const std::string& after, bool may_climb) {
  std::vector<Value> result;
  for (const char* middle : {"", "a", "a/b", "X", "/", "b", " ", "1"}) result.push_back(text(before + middle + after));
  if (may_climb) {
    for (const char* middle : {"..", "../..", "a/../.."}) result.push_back(text(before + middle + after));
  }
  return result;
}

std::vector<Sample> samples() {
  std::vector<Sample> result;
  for (Value& value : climbing_values()) result.push_back({value, {value}});
  result.push_back({anything(false), tame_values()});
  result.push_back({anything(false), tame_values()});
  result.push_back({anything(true), climbing_values()});
  for (const bool may_climb : {false, true}) {
    result.push_back(
        {pieces({"../../data/", std::nullopt, ".txt"}, may_climb), texts_between("../../data/", ".txt", may_climb)});
    result.push_back({pieces({std::nullopt, "bX"}, may_climb), texts_between("", "bX", may_climb)});
    result.push_back({pieces({" a/", std::nullopt}, may_climb), texts_between(" a/", "", may_climb)});
    result.push_back({pieces({std::nullopt, "a/", std::nullopt}, may_climb), texts_between("a", "a/b", may_climb)});
  }
  result.push_back({text(std::string(repository_root) + "/stacks/a"), {text(std::string(root) + "/stacks/a")}});
  result.push_back({text(std::string(repository_root)), {text(std::string(root))}});
  result.push_back({Value{Value::OneOf{{text("a"), text("../b")}}}, {text("a"), text("../b")}});
  result.push_back({Value{Value::OneOf{{number(1), text("1")}}}, {number(1), text("1")}});
  result.push_back({Value::boolean_or_other(), {Value{true}, Value{false}}});
  result.push_back(
      {list({anything(false), text("b")}),
       {list({text("a"), text("b")}), list({text("b"), text("b")}), list({text(""), text("b")}),
        list({number(1), text("b")}), list({Value{}, text("b")}), list({list({text("q"), text("r")}), text("b")})}});
  result.push_back({list({text("../p"), text("b")}, true),
                    {list({}), list({text("b")}), list({text("b"), text("../p"), text("b")})}});
  result.push_back({open_map({{"a", text("../p")}, {"b", Value{Value::OneOf{{text("x"), number(1)}}}}}),
                    {Value{Value::Map{}}, Value{Value::Map{{"b", number(1)}}}, Value{Value::Map{{"a", text("../p")}}},
                     Value{Value::Map{{"a", text("../p")}, {"b", text("x")}}}}});
  result.push_back(
      {open_map({{"a", list({text("q")})}}), {Value{Value::Map{}}, Value{Value::Map{{"a", list({text("q")})}}}}});
  result.push_back(
      {Value{Value::Map{{"a", anything(true)}, {"k", text("v")}}},
       {Value{Value::Map{{"a", text("..")}, {"k", text("v")}}}, Value{Value::Map{{"a", Value{}}, {"k", text("v")}}}}});
  return result;
}

/// Folds with variables `a`, `b`, `c`.
Value folded(const File& file, const std::vector<Value>& values, bool is_concrete) {
  constexpr std::string_view names[] = {"a", "b", "c"};
  std::vector<Variable> variables;
  for (std::size_t index = 0; index < values.size(); ++index) variables.emplace_back(names[index], values[index]);
  const std::string directory = std::string(is_concrete ? root : repository_root) + "/stacks/a";
  const Scope scope{[&](std::string_view name, std::string_view, const SourceRange& range) {
                      return name == "path" ? Value::text(directory) : Value::unknown("no such name", range);
                    },
                    variables};
  return fold(*file.expression(), scope);
}

/// Every function of the tables with so many arguments, and expressions of every kind; each also below `try`.
std::vector<std::pair<std::string, std::size_t>> expressions() {
  std::vector<std::pair<std::string, std::size_t>> result;
  const auto add_calls = [&](std::string_view name, std::size_t least, std::size_t most) {
    constexpr std::string_view arguments[] = {"", "a", "a, b", "a, b, c"};
    for (std::size_t count = std::max<std::size_t>(least, 1); count <= std::min<std::size_t>(most, 3); ++count)
      result.emplace_back(fmt::format("{}({})", name, arguments[count]), count);
  };
  for (const auto table : {text_functions(), path_functions(), format_functions(), number_functions(),
                           collection_functions(), map_functions(), set_functions(), decoding_functions()}) {
    for (const NamedFunction& row : table) add_calls(row.name, row.least, row.most);
  }
  for (const char* name : {"coalesce", "try"}) add_calls(name, 1, 3);
  for (const char* name : {"can", "abspath"}) add_calls(name, 1, 1);
  const std::pair<const char*, std::size_t> others[] = {
      {R"("${a}")", 1},
      {R"("x${a}../${b}.txt")", 2},
      {R"("%{ if a }${b}%{ else }${c}%{ endif }!")", 3},
      {R"("<%{ for k, v in a }${k}${v};%{ endfor }>")", 1},
      {R"("%{ for x in a }../${b}%{ endfor }")", 2},
      {"<<E\n  ${a}\n  b ${b}\nE", 2},
      {"a ? b : c", 3},
      {"a ? 1 : b", 2},
      {R"(a ? ["x", 1] : b)", 2},
      {R"(a == "a" ? b : "../z")", 2},
      {"a == b", 2},
      {"a != b", 2},
      {"a < b", 2},
      {"a >= b", 2},
      {"a + b", 2},
      {"a - b", 2},
      {"a * b", 2},
      {"a / b", 2},
      {"a % b", 2},
      {"a && b", 2},
      {"a || b", 2},
      {"!a", 1},
      {"-a", 1},
      {"a[b]", 2},
      {"a[0]", 1},
      {R"(a["a"])", 1},
      {"a.a", 1},
      {"a[*]", 1},
      {"a[*].a", 1},
      {"a.*", 1},
      {"[a, b]", 2},
      {"[a, b][c]", 3},
      {"{ x = a, y = b }", 2},
      {"{ x = a, y = b }.y", 2},
      {"{ (a) = b }", 2},
      {"{ (a) = b, x = 1 }[c]", 3},
      {"[for x in a : x]", 1},
      {R"([for x in a : "../${x}"])", 1},
      {"[for k, v in a : k]", 1},
      {"[for x in a : x if x != b]", 2},
      {"[for x in a : x if b]", 2},
      {"{ for k, v in a : k => v }", 1},
      {"{ for k, v in a : v => b... }", 2},
      {R"({ for x in a : x => "../${b}" })", 2},
      {"{ for k, v in a : k => v if b }", 2},
      {"{ for k, v in a : k => v if b }.a", 2},
      {R"({ for k, v in a : "${k}${b}" => v })", 2},
      {R"({ for k, v in a : "${k}${b}" => v... }["a"])", 2},
      {R"(merge({ a = b }, { for k, v in c : "${k}" => v })["a"])", 3},
      {R"(merge({ (a) = b }, { a = c }).a)", 3},
      {R"(merge({ a = b }, { (c) = 1 }).a)", 3},
      {"[for k, v in { (a) = b, x = c } : [k, v]]", 3},
      {R"(lookup({ (a) = b }, "a", c))", 3},
      {"values({ (a) = b, x = c })", 3},
      {"keys({ (a) = b })", 2},
      {"tomap({ (a) = b, x = c })", 3},
      {R"({ for k, v in a : "n" => v if b })", 2},
      {"{ for k, v in a : k => v... if b }", 2},
      {"[for k, v in { for k, v in a : k => v if b } : [k, v]]", 2},
      {"merge({ for k, v in a : k => v if b }, c)", 3},
      {"merge(c, { for k, v in a : k => v if b })", 3},
      {R"(lookup({ for k, v in a : k => v if b }, "a", c))", 3},
      {"[for x in a : [for y in b : [x, y]]]", 2},
      {"toset([for x in a : x])", 1},
      {R"(join("/", [path.cwd, a]))", 1},
      {R"(replace(a, "X", b))", 2},
      {R"(replace("../NAME/x", "NAME", a))", 1},
      {R"(trimprefix(a, "../"))", 1},
      {R"(trimprefix(a, "ab"))", 1},
      {R"(trimsuffix(a, ".txt"))", 1},
      {R"(trim(a, "./"))", 1},
      {R"(split("/", a))", 1},
      {R"(split("/", a)[0])", 1},
      {"substr(a, 0, -1)", 1},
      {"substr(a, 2, 3)", 1},
      {R"(startswith(a, ".."))", 1},
      {R"(startswith(a, "/"))", 1},
      {R"(endswith(a, "X"))", 1},
      {R"(strcontains(a, "/"))", 1},
      {R"(basename(a))", 1},
      {R"(basename(abspath(a)))", 1},
      {R"(dirname(abspath(a)))", 1},
      {R"(dirname("${a}/x"))", 1},
      {R"(format("%s/%s", a, b))", 2},
      {R"(format("%5s|%-4s|%03s", a, b, c))", 3},
      {R"(format("%d-%v", a, b))", 2},
      {R"(formatlist("../%s", a))", 1},
      {R"(formatlist("%s-%s", a, b))", 2},
      {R"(element(["x", "../y"], a))", 1},
      {R"(lookup({ x = "../1" }, a, b))", 2},
      {R"(contains(["1", "a"], a))", 1},
      {"concat(a, [b])", 2},
      {"flatten([a, b])", 2},
      {"flatten([a, [b, [c]]])", 3},
      {"length(concat(a, b))", 2},
      {"merge(a, { x = b })", 2},
      {"keys(merge(a, b))", 2},
      {"zipmap([a], [b])", 2},
      {"jsondecode(jsonencode(a))", 1},
      {"jsonencode({ x = a })", 1},
      {"one(compact([a, b]))", 2},
      {"distinct([a, b])", 2},
      {"sort([a, b])[0]", 2},
      {"tolist([a, b])", 2},
      {"toset([a, b])", 2},
      {"reverse([a, b])", 2},
      {"slice([a, b], 0, c)", 3},
      {"setproduct([a], b)", 2},
      {"length(a) == 2 ? b : c", 3},
      {"a == b ? c : 1", 3},
      {"max(a...)", 1},
      {"join(b, a)", 2},
      {R"(join("-", a, [b]))", 2},
      {R"(coalesce(a, "../d"))", 1},
      {R"(try(a.b, b, "x"))", 2},
      {R"(try(a[0].a, "../y"))", 1},
      {"can(a.a)", 1},
      {R"(try(tonumber(a), "n"))", 1},
      {R"(indent(2, "x\n${a}"))", 1},
      {R"(title("a${a}b c"))", 1},
      {R"(upper("x/${a}"))", 1}};
  for (const auto& [source, count] : others) result.emplace_back(source, count);
  const std::size_t plain = result.size();
  for (std::size_t index = 0; index < plain; ++index) {
    if (result[index].first.starts_with("<<")) continue;
    result.emplace_back(fmt::format("try({}, \"fallback\")", result[index].first), result[index].second);
  }
  return result;
}

class Law {
 public:
  explicit Law(std::uint32_t seed) : random_(seed) {}

  /// Chosen concrete calls, as Terraform reads them, with what they fold to.
  std::vector<std::pair<std::string, Value>> asked;

  void check(const std::string& source, std::size_t count) {
    Diagnostics diagnostics;
    const File file = parse_expression(source + (source.starts_with("<<") ? "\n" : ""), RepoPath::of("x"), diagnostics);
    REQUIRE_MESSAGE(diagnostics.empty(), source);
    for (int turn = 0; turn < (count == 1 ? 40 : 60); ++turn) {
      std::vector<const Sample*> chosen;
      std::vector<Value> unknown;
      for (std::size_t index = 0; index < count; ++index) {
        chosen.push_back(&samples_[random_() % samples_.size()]);
        unknown.push_back(chosen.back()->folded);
      }
      const Value result = folded(file, unknown, false);
      for (int other = 0; other < 6; ++other) check_one(file, source, chosen, unknown, result);
    }
  }

 private:
  void check_one(const File& file, const std::string& source, const std::vector<const Sample*>& chosen,
                 const std::vector<Value>& unknown, const Value& result) {
    std::vector<Value> concrete;
    for (const Sample* sample : chosen) concrete.push_back(sample->concrete[random_() % sample->concrete.size()]);
    const Value value = folded(file, concrete, true);
    std::string where = source + "  with";
    for (std::size_t index = 0; index < concrete.size(); ++index)
      where += fmt::format("  {} of {}", to_hcl(concrete[index]), to_hcl(unknown[index]));
    if (!covers(result, value)) {
      FAIL_CHECK(where << "  is " << to_hcl(value) << " and not covered by " << to_hcl(result));
    }
    // What depends on the place, and what makes the whole answer one that the console hides.
    const auto mentions = [&](std::string_view name) { return source.find(name) != std::string::npos; };
    const bool is_hidden = mentions("sensitive") || (mentions("format") && where.find("null") != std::string::npos);
    if (random_() % 100 == 0 && !mentions("path.") && !mentions("abspath") && !mentions("<<") && !is_hidden) {
      std::string question = "[" + source + "]";
      constexpr std::string_view names[] = {"a", "b", "c"};
      for (std::size_t index = concrete.size(); index-- > 0;)
        question = fmt::format("[for {} in [{}] : {}][0]", names[index], to_hcl(concrete[index]), question);
      asked.emplace_back(question + "[0]", value);
    }
  }

  std::mt19937 random_;
  std::vector<Sample> samples_ = samples();
};

void check_law(std::uint32_t seed) {
  CAPTURE(seed);
  Law law(20'240'229 + seed);
  for (const auto& [source, count] : expressions()) law.check(source, count);
  MESSAGE(law.asked.size() << " concrete results are for terraform console");
  if (is_without_terraform()) return;
  std::vector<std::string> questions;
  for (const auto& [question, value] : law.asked) questions.push_back(question);
  const auto answers = ask_terraform("", questions);
  for (std::size_t index = 0; index < answers.size(); ++index) {
    const auto& [question, value] = law.asked[index];
    if (value.is_error()) {
      CHECK_MESSAGE(!answers[index], question << " is no error, but " << to_hcl(*answers[index]));
    } else if (answers[index] && value.is_definite()) {
      CHECK_MESSAGE(to_json(value) == to_json(*answers[index]), question);
    } else if (!answers[index] && question.find("try(") != std::string::npos) {
      CHECK_MESSAGE(!value.is_certain(), question << " is an error, not " << to_hcl(value));
    }
  }
}

}  // namespace

/// `STATELANE_LAW_SEEDS=N`: the long run, with N other choices of values.
TEST_CASE("what is folded stands for every concrete result") {
  const char* wanted = std::getenv("STATELANE_LAW_SEEDS");
  const std::uint32_t seeds = wanted != nullptr ? static_cast<std::uint32_t>(std::stoul(wanted)) : 1;
  for (std::uint32_t seed = 0; seed < seeds; ++seed) check_law(seed);
}
