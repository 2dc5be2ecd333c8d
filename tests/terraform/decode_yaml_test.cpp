#include "terraform/decode_yaml.hpp"

#include <doctest/doctest.h>

#include "hcl/fold.hpp"
#include "hcl/terraform_console.hpp"
#include "support/scratch_directory.hpp"
#include "support/source_directory.hpp"

using namespace statelane;
using hcl::Value;

TEST_CASE("YAML has the types that terraform console says, or is not known") {
  if (hcl::is_without_terraform()) return;
  const std::string text = support::read_file(support::source_directory() / "tests/terraform/yaml_console.txt");
  std::vector<std::string> asked;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
    end = text.find('\n', begin);
    asked.push_back(text.substr(begin, end - begin));
  }
  const auto answers = hcl::ask_terraform("", asked);
  std::size_t known = 0;
  for (std::size_t index = 0; index < asked.size(); ++index) {
    CAPTURE(asked[index]);
    Diagnostics diagnostics;
    const hcl::File file = hcl::parse_expression(asked[index], RepoPath(), diagnostics);
    const Value value = terraform::decode_yaml(file.expression()->operands[0]->text);
    if (!answers[index] || !value.is_definite()) continue;
    ++known;
    CHECK(hcl::to_json(value) == hcl::to_json(*answers[index]));
  }
  MESSAGE(known << " of " << asked.size() << " texts are read");
  CHECK(known > 60);
}

TEST_CASE("what is not YAML, or not for sure, is not known and may lead anywhere") {
  for (const std::string& text :
       {std::string("a: [1"), std::string("a: 1\n---\nb: 2\n"), std::string("a: !own 1\n"), std::string(200'000, '['),
        "a: " + std::string(50'000, '-'), std::string(120, ' ') + "a: 1"}) {
    const Value value = terraform::decode_yaml(text);
    if (value.is_unknown()) CHECK(value.may_climb());
  }
  CHECK(terraform::decode_yaml("a: [1").as_unknown()->reason == "it is not YAML that is understood");
  CHECK(terraform::decode_yaml("2020-01-01").as_unknown()->reason == "a number or date in YAML is not folded");
}

TEST_CASE("aliases that double end") {
  std::string text = "a0: &a0 [x, x]\n";
  for (int level = 1; level < 40; ++level)
    text += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [*a" + std::to_string(level - 1) + ", *a" +
            std::to_string(level - 1) + "]\n";
  CHECK(terraform::decode_yaml(text).is_unknown());
}
