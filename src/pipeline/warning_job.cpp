#include "pipeline/warning_job.hpp"

#include "pipeline/lane_jobs.hpp"

namespace statelane::pipeline {

Job build_warning_job(std::string name, const std::string& text) {
  return {std::move(name),
          {},
          {{"extends", ".statelane-warning"},
           {"variables", YamlValue::Map{{"STATELANE_REASON", literal_variable(text)}}},
           {"needs", YamlValue::List{}}}};
}

}  // namespace statelane::pipeline
