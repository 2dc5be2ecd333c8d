#pragma once

#include <string>
#include <vector>

#include "yaml/value.hpp"

namespace statelane::pipeline {

/// One top-level entry that is a job; hidden when its name begins with `.`.
struct Job {
  std::string name;
  std::vector<std::string> comments;  ///< lines above the job, without `#`; any bytes, the writer makes them harmless
  yaml::Value::Map keywords;

  const yaml::Value* find(std::string_view keyword) const {
    for (const auto& [name_of_keyword, value] : keywords) {
      if (name_of_keyword == keyword) return &value;
    }
    return nullptr;
  }

  friend bool operator==(const Job&, const Job&) = default;
};

/// One file of GitLab CI configuration as a value. The order is the order of the text.
struct Pipeline {
  std::vector<std::string> comments;  ///< the head of the file, without `#`
  yaml::Value::Map globals;           ///< `workflow`, `stages`, `default`, `variables`
  std::vector<Job> templates;         ///< hidden jobs that all lanes share, those that extend after those they extend
  std::vector<Job> jobs;              ///< sorted by state; a state's hidden job and its jobs stand together

  friend bool operator==(const Pipeline&, const Pipeline&) = default;
};

}  // namespace statelane::pipeline
