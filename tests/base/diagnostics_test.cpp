#include "base/diagnostics.hpp"

#include <doctest/doctest.h>

using namespace statelane;

TEST_CASE("a diagnostic is the place, the line, a caret and remedies") {
  Diagnostic diagnostic;
  diagnostic.path = RepoPath::of("network/prod/main.tf");
  diagnostic.range = SourceRange{{12, 12, 0}, {12, 22, 0}};
  diagnostic.message = "module source leaves the repository";
  diagnostic.source_line = "  source = \"../../x\"";
  diagnostic.hints = {"move the module into the repository"};
  CHECK(render_diagnostic(diagnostic) ==
        "network/prod/main.tf:12:12: error: module source leaves the repository\n"
        "   12 |   source = \"../../x\"\n"
        "      |            ^^^^^^^^^\n"
        "hint: move the module into the repository\n");
}

TEST_CASE("diagnostics come sorted and once") {
  Diagnostics diagnostics;
  diagnostics.warning(RepoPath::of("b"), std::nullopt, "two");
  diagnostics.error(RepoPath::of("a"), std::nullopt, "one");
  diagnostics.error(RepoPath::of("a"), std::nullopt, "one");
  const auto sorted = diagnostics.sorted();
  REQUIRE(sorted.size() == 2);
  CHECK(sorted[0].path == RepoPath::of("a"));
  CHECK(diagnostics.has_errors());
}
