#include "lint/document.hpp"

#include "lint/linted.hpp"

using statelane::RepoPath;
using statelane::lint::Document;
using statelane::lint::read_document;
using statelane::lint::Report;

namespace {

struct ReadResult {
  std::optional<Document> document;
  Lines faults;
};

ReadResult read(const std::string& text) {
  Report report;
  ReadResult result;
  result.document = read_document(report.add_file({RepoPath::of("a.yml"), text}), report);
  for (const auto& finding : report.take_findings()) {
    result.faults.push_back(fmt::format("{}:{}: {}: {}", finding.diagnostic.range->begin.line,
                                        finding.diagnostic.range->begin.column, describe(finding.rule).id,
                                        finding.diagnostic.message));
  }
  return result;
}

}  // namespace

TEST_CASE("an empty file is an empty pipeline") {
  CHECK(read("").document->content.as_map()->empty());
  CHECK(read("# nothing\n").document->content.as_map()->empty());
}

TEST_CASE("a header is split off, and places count from the beginning of the file") {
  const auto [document, faults] = read("spec:\n  inputs:\n    x:\n---\njob:\n  script: x\n");
  REQUIRE(document);
  REQUIRE(document->header);
  CHECK(document->header->find("spec") != nullptr);
  CHECK(document->content.find_entry("job")->spot().begin.line == 5);
  CHECK(faults.empty());
}

TEST_CASE("what GitLab refuses of a file as a whole is a finding with its place") {
  CHECK(read("- a\n").faults == Lines{"1:1: yaml-syntax: the file is a list, GitLab takes a map"});
  CHECK(read("a: [\n").faults == Lines{"2:1: yaml-syntax: a list that begins with \"[\" is not closed with \"]\""});
  CHECK(read("spec: {}\n---\na: 1\n---\nb: 1\n").faults == Lines{"5:1: yaml-syntax: more than two YAML documents"});
  CHECK(read("a: 1\na: 2\n").faults ==
        Lines{"2:1: duplicate-key: \"a\" stands here twice, and the one in line 1 is dropped"});
  CHECK(read("a: !x 1\n").faults ==
        Lines{"1:4: ignored-tag: GitLab does not know the tag \"!x\" and reads the value without it"});
}
