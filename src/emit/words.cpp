#include "emit/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.hpp"

namespace statelane::emit {

std::string_view word_of(impact::Change change) {
  using impact::Change;
  switch (change) {
    case Change::modified: return "modified";
    case Change::added: return "added";
    case Change::deleted: return "deleted";
    case Change::retired: return "retired";
    case Change::moved: return "moved";
    case Change::dependent: return "dependent";
  }
  return "";
}

std::string_view word_of(impact::CauseKind kind) {
  using impact::CauseKind;
  switch (kind) {
    case CauseKind::file_changed: return "file_changed";
    case CauseKind::own_file: return "own_file";
    case CauseKind::module_changed: return "module_changed";
    case CauseKind::reference_changed: return "reference_changed";
    case CauseKind::variable_file_changed: return "variable_file_changed";
    case CauseKind::backend_file_changed: return "backend_file_changed";
    case CauseKind::lock_file_changed: return "lock_file_changed";
    case CauseKind::version_pin_changed: return "version_pin_changed";
    case CauseKind::input_configured: return "input_configured";
    case CauseKind::link_changed: return "link_changed";
    case CauseKind::attributes_changed: return "attributes_changed";
    case CauseKind::configuration_changed: return "configuration_changed";
    case CauseKind::dependency_affected: return "dependency_affected";
    case CauseKind::requested: return "requested";
    case CauseKind::never_applied: return "never_applied";
    case CauseKind::apply_failed: return "apply_failed";
    case CauseKind::deployed_elsewhere: return "deployed_elsewhere";
    case CauseKind::applied_unknown: return "applied_unknown";
  }
  return "";
}

std::string_view word_of(states::Exclusion exclusion) {
  using states::Exclusion;
  switch (exclusion) {
    case Exclusion::none: return "beside";
    case Exclusion::documentation: return "documentation";
    case Exclusion::ignored: return "ignored";
    case Exclusion::tests_or_examples: return "tests_or_examples";
    case Exclusion::values_of_a_module: return "values_of_a_module";
    case Exclusion::other_state: return "other_state";
    case Exclusion::other_instance: return "other_instance";
    case Exclusion::below_root: return "below_root";
  }
  return "";
}

std::string_view word_of(states::StateKind kind) {
  using states::StateKind;
  switch (kind) {
    case StateKind::terraform: return "terraform";
    case StateKind::custom: return "custom";
    case StateKind::terragrunt: return "terragrunt";
  }
  return "";
}

std::string_view word_of(states::StateReason reason) {
  using states::StateReason;
  switch (reason) {
    case StateReason::backend_block: return "backend_block";
    case StateReason::cloud_block: return "cloud_block";
    case StateReason::lock_file: return "lock_file";
    case StateReason::configured: return "configured";
    case StateReason::unit: return "unit";
    case StateReason::stack_unit: return "stack_unit";
  }
  return "";
}

std::string_view word_of(states::EdgeKind kind) {
  using states::EdgeKind;
  switch (kind) {
    case EdgeKind::remote_state: return "remote_state";
    case EdgeKind::possible: return "possible";
    case EdgeKind::declared: return "declared";
    case EdgeKind::dependency: return "dependency";
  }
  return "";
}

std::string_view word_of(states::InputKind kind) {
  using states::InputKind;
  switch (kind) {
    case InputKind::own_directory: return "own_directory";
    case InputKind::module_directory: return "module_directory";
    case InputKind::data_directory: return "data_directory";
    case InputKind::file: return "file";
    case InputKind::pattern: return "pattern";
    case InputKind::variable_file: return "variable_file";
    case InputKind::backend_file: return "backend_file";
    case InputKind::lock_file: return "lock_file";
    case InputKind::version_pin: return "version_pin";
    case InputKind::configured: return "configured";
    case InputKind::link: return "link";
    case InputKind::configuration_file: return "configuration_file";
    case InputKind::attributes: return "attributes";
    case InputKind::unit_configuration: return "unit_configuration";
    case InputKind::unit_file: return "unit_file";
  }
  return "";
}

std::string escape_non_utf8(std::string_view text) {
  if (is_valid_utf8(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::size_t length = first_utf8_character(text).length;
    if (length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    } else {
      out += text.front() == '\\' ? "\\\\" : text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

}  // namespace statelane::emit
