#include "cli/read_back.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using statelane::cli::read_back;

TEST_CASE("what GitLab would refuse of our own files is told as a fault of ours") {
  const std::vector<std::string> good = {"stages: [plan]\nj: {stage: plan, script: [x]}\n",
                                         ".k: {variables: {A: b}}\nk: {extends: .k, stage: plan, script: [x]}\n"};
  CHECK_NOTHROW(read_back(good, {17, 0, 0}));
  const std::vector<std::string> bad = {good[0], "k: {stage: gone, script: [x], needs: [l]}\n"};
  CHECK_THROWS_WITH_AS(read_back(bad, {17, 0, 0}),
                       "GitLab would refuse the pipeline that was about to be written: file2.yml:1: there is no stage "
                       "\"gone\" (and 1 more)",
                       std::logic_error);
}
