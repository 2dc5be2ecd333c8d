#include "runner/shell_words.hpp"

#include <doctest/doctest.h>

using statelane::runner::split_shell_words;
using statelane::runner::to_shell_words;
using statelane::runner::without_values;

namespace {

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a command is shown as one types it, quoted only where it has to be") {
  CHECK(to_shell_words({"terraform", "-chdir=net/prod", "plan"}) == "terraform -chdir=net/prod plan");
  CHECK(to_shell_words({"a b", "it's", "$HOME", ""}) == R"('a b' 'it'\''s' '$HOME' '')");
}

TEST_CASE("words are split as Terraform splits TF_CLI_ARGS") {
  CHECK(split_shell_words("") == Words{});
  CHECK(split_shell_words("  -a  -b=1\t-c\n") == Words{"-a", "-b=1", "-c"});
  CHECK(split_shell_words(R"(-var='a=b c' "d\"e" f\ g '' 'h"i')") == Words{"-var=a=b c", "d\"e", "f g", "", "h\"i"});
  CHECK(split_shell_words("'open end") == Words{"open end"});
}

TEST_CASE("values that may be secrets are cut, names are kept") {
  CHECK(without_values({"-var=password=p", "--var=x={\"a\"=\"b\"}", "-backend-config=token=t"}) ==
        Words{"-var=password=...", "--var=x=...", "-backend-config=token=..."});
  CHECK(without_values({"-var", "password=p", "-backend-config", "token=t", "-target=a"}) ==
        Words{"-var", "password=...", "-backend-config", "token=...", "-target=a"});
  const Words harmless = {"-var-file=a=b", "-backend-config=prod.hcl", "-target=x[\"var=1\"]", "-var", "-var", "plan"};
  CHECK(without_values(harmless) == harmless);
}
