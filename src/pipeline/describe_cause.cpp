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
    case CauseKind::never_applied: return "merged and never applied";
    case CauseKind::apply_failed: return "an apply failed after the last one that succeeded";
    case CauseKind::deployed_elsewhere: return "deployed from another branch";
    case CauseKind::applied_unknown: return "what was applied last is not to be had";
  }
  return "";
}

std::vector<std::string> describe_pending(const impact::Affected& affected) {
  constexpr std::size_t digits = 12;
  std::vector<std::string> lines;
  if (affected.pending) {
    const std::string& base = affected.pending->base;
    std::string line = base.empty() ? "" : fmt::format("compared with {}, applied last", base.substr(0, digits));
    line += (line.empty() || affected.pending->text.empty() ? "" : ": ") + affected.pending->text;
    lines.push_back(std::move(line));
  }
  if (!affected.also.empty()) lines.push_back("also " + affected.also);
  return lines;
}

std::string describe_cause(const impact::Cause& cause) {
  std::string text;
  for (const CauseStep& step : cause) text += (text.empty() ? "" : ", ") + describe_step(step);
  return text;
}

}  // namespace statelane::pipeline
