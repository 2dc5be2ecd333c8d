#include "pipeline/describe_cause.hpp"

#include <fmt/format.h>

namespace statelane::pipeline {

namespace {

using impact::CauseKind;
using impact::CauseStep;

/// ` at FILE:LINE`; empty where a convention and no text makes the step.
std::string place_of(const CauseStep& step, std::string_view preposition) {
  if (!step.path || step.path->is_root()) return "";
  const std::string line = step.line ? fmt::format(":{}", *step.line) : "";
  return fmt::format(" {} {}{}", preposition, step.path->str(), line);
}

}  // namespace

std::string describe_step(const CauseStep& step) {
  switch (step.kind) {
    case CauseKind::file_changed: return (step.path ? step.path->display() : "a file") + " changed";
    case CauseKind::own_file: return "a file of the state's directory";
    case CauseKind::module_changed: return "in a module called" + place_of(step, "at");
    case CauseKind::reference_changed: return "read" + place_of(step, "at");
    case CauseKind::variable_file_changed: return "a variable file" + place_of(step, "by");
    case CauseKind::backend_file_changed: return "a backend file" + place_of(step, "by");
    case CauseKind::lock_file_changed: return "the dependency lock file";
    case CauseKind::version_pin_changed: return "a pin of the tool's version";
    case CauseKind::input_configured: return "an input" + place_of(step, "by");
    case CauseKind::link_changed: return "a symbolic link on the way" + place_of(step, "from");
    case CauseKind::attributes_changed: return "and with it what a checkout holds";
    case CauseKind::configuration_changed:
      return (step.path ? step.path->str() : "the configuration") + " changed this lane";
    case CauseKind::dependency_affected:
      return fmt::format("depends on {}{}", step.state.value_or("another state"), place_of(step, "by"));
    case CauseKind::requested: return "asked for";
  }
  return "";
}

std::string describe_cause(const impact::Cause& cause) {
  std::string text;
  for (const CauseStep& step : cause) text += (text.empty() ? "" : ", ") + describe_step(step);
  return text;
}

}  // namespace statelane::pipeline
