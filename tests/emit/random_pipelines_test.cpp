#include <doctest/doctest.h>

#include "emit/write_yaml.hpp"
#include "other_readers.hpp"
#include "pipeline/check_pipeline.hpp"
#include "pipeline/children.hpp"
#include "pipeline/random_commit.hpp"

using statelane::Diagnostics;
namespace yaml = statelane::yaml;
using statelane::gitlab::PipelineKind;

namespace {

yaml::Value document_of(const statelane::pipeline::Pipeline& pipeline) {
  yaml::Value::Map document = pipeline.globals;
  for (const auto* jobs : {&pipeline.templates, &pipeline.jobs}) {
    for (const auto& job : *jobs) document.emplace_back(job.name, job.keywords);
  }
  return document;
}

}  // namespace

TEST_CASE("pipelines of random repositories and commits pass our checks, and mean to other readers what was meant") {
  constexpr std::array kinds = {PipelineKind::push_default, PipelineKind::push_branch,
                                PipelineKind::merge_request_detached, PipelineKind::schedule};
  std::vector<Meant> documents;
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    const RandomCommit commit(seed, kinds[seed % kinds.size()]);
    Diagnostics diagnostics;
    // Some are split, so that files that are not needed are read too.
    const auto children =
        statelane::pipeline::build_children(commit.request, commit.impact, commit.base, commit.head, {}, commit.config,
                                            {1 + seed % 2, 1 + seed % 3}, diagnostics);
    CAPTURE(seed);
    REQUIRE_FALSE(diagnostics.has_errors());
    for (const auto& child : children) {
      for (const auto& file : child) documents.push_back({statelane::emit::write_yaml(file), document_of(file)});
    }
  }
  CHECK(documents.size() > 500);
  check_other_readers(documents);
}
