#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "emit/write_yaml.hpp"
#include "other_readers.hpp"
#include "pipeline/pipeline.hpp"
#include "support/source_directory.hpp"

/// The pipeline as the document that a reader sees.
inline statelane::yaml::Value document_of(const statelane::pipeline::Pipeline& pipeline) {
  statelane::yaml::Value::Map document = pipeline.globals;
  for (const auto* jobs : {&pipeline.templates, &pipeline.jobs}) {
    for (const auto& job : *jobs) document.emplace_back(job.name, job.keywords);
  }
  return document;
}

/// Compares with tests/emit/goldens/NAME; STATELANE_REWRITE=1 writes it instead.
inline void check_golden(const std::string& name, const statelane::pipeline::Pipeline& pipeline) {
  const std::string text = statelane::emit::write_yaml(pipeline);
  check_other_readers(text, document_of(pipeline));
  const std::string path = (statelane::support::source_directory() / "tests/emit/goldens" / name).string();
  if (std::getenv("STATELANE_REWRITE") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  std::stringstream golden;
  golden << file.rdbuf();
  CHECK(text == golden.str());
}
