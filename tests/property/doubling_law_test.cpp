// Expressions that double, nest and cross, put together at random: one team's file ends in bounded time and memory, and
// changes nothing of what is said of another team's state.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <ctime>
#include <fstream>

#include "repo/memory_tree.hpp"
#include "states/load_states.hpp"
#include "support/random.hpp"

namespace {

using namespace statelane;

using Files = std::map<RepoPath, repo::MemoryTree::File>;

enum Kind : std::size_t { list, map, text, number };

/// What each kind begins with.
constexpr std::string_view atoms[4][4] = {{"[\"x\", \"y\"]", "[\"x\"]", "[var.v]", "[{ k = \"x\" }, { k = var.v }]"},
                                          {"{ k = \"x\", l = \"y\" }", "{ k = var.v }", "{ k = [\"x\"] }", "{}"},
                                          {"\"x\"", "\"xy\"", "var.v", "path.module"},
                                          {"9", "2", "length(var.v)", "1000"}};

/// What grows: 0 and 1 stand for values of the kind `of` that were made before.
struct Step {
  Kind of;
  Kind makes;
  std::string_view text;
};

constexpr Step steps[] = {
    {list, list, "concat({0}, {1})"},
    {list, list, "[{0}, {1}]"},
    {list, list, "flatten([for p in {0} : [p, {1}]])"},
    {list, list, "[for p in {0} : [for q in {1} : [p, q]]]"},
    {list, list, "[for p in {0} : [for q in {1} : [for r in {0} : [p, q, r]]]]"},
    {list, list, "setproduct({0}, {1}, {0})"},
    {list, list, "chunklist(concat({0}, {1}), 1)"},
    {list, list, "distinct(concat({0}, {1}))"},
    {list, list, "[{0}, {1}][*][*]"},
    {list, list, "formatlist(\"%s-%s\", flatten({0}), \"x\")"},
    {list, list, "jsondecode(jsonencode([{0}, {1}]))"},
    {list, list, "yamldecode(yamlencode([{0}, {1}]))"},
    {list, list, "var.v ? {0} : {1}"},
    {list, list, "var.v == {0} ? {1} : [{0}]"},
    {list, list, "try({0}[0].k, {0}[7], {1})"},
    {list, map, "{{ for p in {0} : jsonencode(p) => {1} }}"},
    {list, map, "{{ for p in {0} : jsonencode(p) => p... }}"},
    {list, text, "jsonencode([{0}, {1}])"},
    {list, text, "join(\"-\", [for p in flatten({0}) : jsonencode({1})])"},
    {list, text,
     "\"%{{ for p in {0} }}%{{ for q in {1} }}${{jsonencode(p)}}${{jsonencode(q)}}%{{ endfor }}%{{ endfor }}\""},
    {map, map, "merge({0}, {1})"},
    {map, map, "{{ k = {0}, l = {1} }}"},
    {map, map, "{{ for k, v in {0} : \"${{k}}${{k}}\" => {1} }}"},
    {map, map, "merge({{ for k, v in {0} : \"a${{k}}\" => v }}, {{ for k, v in {1} : \"b${{k}}\" => v }})"},
    {map, map, "lookup({0}, \"k\", {1})"},
    {map, map, "var.v ? {0} : {1}"},
    {map, list, "[for k, v in {0} : [for l, w in {1} : [k, v, l, w]]]"},
    {map, list, "concat(keys({0}), keys({1}))"},
    {map, list, "values({{ k = {0}, l = {1} }})"},
    {text, text, "\"${{{0}}}-${{{1}}}\""},
    {text, text, "replace({0}, \"x\", {1})"},
    {text, text, "join({0}, [{1}, {1}, {1}])"},
    {text, text, "format(\"%s-%s-%s\", {0}, {1}, {0})"},
    {text, text, "format(\"%90000s\", {0})"},
    {text, text, "indent(9000, \"${{{0}}}\\n${{{1}}}\")"},
    {text, text, "base64encode(\"${{{0}}}${{{1}}}\")"},
    {text, text, "jsonencode({{ k = {0}, l = {1} }})"},
    {text, text, "coalesce({0}, {1})"},
    {text, text, "\"%{{ if var.v }}${{{0}}}%{{ else }}${{{1}}}%{{ endif }}\""},
    {text, text, "templatefile(\"${{path.module}}/a.tftpl\", {{ a = [{0}], b = [{1}] }})"},
    {text, text, "file(\"${{{0}}}/${{{1}}}\")"},
    {text, text, "abspath(\"${{{0}}}/../${{{1}}}\")"},
    {text, list, "split(\"x\", \"${{{0}}}${{{1}}}\")"},
    {text, list, "regexall(\"(.)(.)\", \"${{{0}}}${{{1}}}\")"},
    {text, list, "regexall(\"(x*)*(y*)*$\", {0})"},
    {text, list, "csvdecode(\"a,b\\n${{{0}}},${{{1}}}\")"},
    {text, list, "tolist(fileset(path.module, \"${{{0}}}**${{{1}}}*\"))"},
    {text, map, "{{ (\"${{{0}}}\") = {1}, (\"b${{{1}}}\") = {0} }}"},
    {number, number, "{0} * {1}"},
    {number, number, "pow({0}, {1})"},
    {number, list, "range({0} * {1})"},
    {number, text, "format(\"%*d\", {0}, {1})"}};

constexpr std::string_view backend =
    "terraform {{\n  backend \"s3\" {{\n    bucket = \"b\"\n    key = \"{}\"\n  }}\n}}\n";

std::string draw_locals(support::Random& random, std::size_t count) {
  std::string text = "locals {\n";
  std::vector<std::string> made[4];
  std::string last;
  for (std::size_t index = 0; index < count; ++index) {
    const Step& step = random.pick(steps);
    const auto draw = [&] {
      const std::vector<std::string>& before = made[step.of];
      if (before.empty() || random.chance(80)) return std::string(random.pick(atoms[step.of]));
      // Mostly of the newest: what is made of what was made grows.
      return before[before.size() - 1 - random.below(random.chance(800) ? 1 : before.size())];
    };
    const std::string first = draw(), second = draw();
    text += fmt::format("  a{} = {}\n", index, fmt::format(fmt::runtime(step.text), first, second));
    last = fmt::format("local.a{}", index);
    made[step.makes].push_back(last);
  }
  text += "}\n";
  text += fmt::format(
      "resource \"null_resource\" \"r\" {{\n  for_each = {0}\n  x = file(\"${{path.module}}/${{{0}}}\")\n", last);
  text += fmt::format("  y = file(\"${{each.key}}/${{each.value}}\")\n  z = fileset({0}, {0})\n}}\n", last);
  return text + fmt::format("output \"text\" {{\n  value = {}\n}}\n", last);
}

std::string draw_module(support::Random& random, const char* called) {
  std::string text = "variable \"v\" {}\nvariable \"w\" {\n  default = \"x\"\n}\n" + draw_locals(random, 25);
  for (int call = 0; call < 3; ++call) {
    text +=
        fmt::format("module \"m{}\" {{\n  source = \"{}\"\n  for_each = local.a{}\n", call, called, random.below(25));
    text +=
        fmt::format("  v = local.a{}\n  w = [each.key, var.w, local.a{}]\n}}\n", random.below(25), random.below(25));
  }
  return text;
}

Files draw_repository(std::uint64_t seed) {
  support::Random random(seed);
  Files files;
  files[RepoPath::of("hostile/main.tf")] = {fmt::format(fmt::runtime(backend), "hostile") +
                                            draw_module(random, "../m")};
  files[RepoPath::of("m/main.tf")] = {draw_module(random, "../n")};
  files[RepoPath::of("n/main.tf")] = {draw_module(random, "../o")};
  files[RepoPath::of("o/main.tf")] = {draw_module(random, "../o/${var.v}/")};
  const std::string_view again = "templatefile(\"a.tftpl\", {a = a, b = b})";
  for (const char* directory : {"hostile", "m", "n", "o"}) {
    files[RepoPath::of(directory).child("a.tftpl")] = {fmt::format(
        "${{a}}%{{ for x in a }}%{{ for y in b }}${{{}}}${{file(\"${{x}}${{y}}\")}}%{{ endfor }}%{{ endfor }}", again)};
  }
  return files;
}

Files team_of_others() {
  Files files;
  files[RepoPath::of("other/main.tf")] = {fmt::format(fmt::runtime(backend), "other") +
                                          "locals {\n  x = file(\"../texts/a.txt\")\n}\n"};
  files[RepoPath::of("texts/a.txt")] = {"a"};
  files[RepoPath::of("texts/b.txt")] = {"b"};
  return files;
}

std::vector<std::pair<RepoPath, std::string>> inputs_of_others(const states::LoadedStates& loaded) {
  std::vector<std::pair<RepoPath, std::string>> inputs;
  for (const states::State& state : loaded.graph.states()) {
    if (state.id != "other") continue;
    for (const states::Input& input : state.inputs) inputs.emplace_back(input.path, input.glob);
  }
  return inputs;
}

states::LoadedStates load(const Files& files) {
  const repo::MemoryTree tree(files);
  facts::FactStore store;
  Diagnostics diagnostics;
  return states::load_states(tree, {}, store, diagnostics);
}

/// The most memory that the process had since `forget_peak`, in MiB; 0 where the system does not say.
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

long read_peak() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6)) / 1024;
  }
  return 0;
}

}  // namespace

TEST_CASE("what doubles, nests and crosses takes bounded time and memory, and another team's state is as it was") {
  const auto expected = inputs_of_others(load(team_of_others()));
  REQUIRE_FALSE(expected.empty());
  // Thirty seconds without optimisation on a machine that does much else; in the suite's own build it is a second.
  constexpr std::clock_t longest = 30 * CLOCKS_PER_SEC;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    Files files = draw_repository(seed);
    files.merge(team_of_others());
    forget_peak();
    const std::clock_t begin = std::clock();
    const states::LoadedStates loaded = load(files);
    CHECK(std::clock() - begin < longest);
#if !defined(__SANITIZE_ADDRESS__)
    CHECK(read_peak() < 512);
#endif
    REQUIRE(loaded.graph.states().size() == 2);
    CHECK(inputs_of_others(loaded) == expected);
    CHECK(loaded.graph.is_claimed(RepoPath::of("hostile/a.tftpl")));
    CHECK(loaded.graph.is_claimed(RepoPath::of("m/main.tf")));
  }
}
