#pragma once

#include "gitlab/version.hpp"

namespace statelane::gitlab {

/// The first version that has `feature`, by the "History" of its section in GitLab's documentation: for the table of
/// keywords and for who asks what a server knows.
constexpr Version since(Feature feature) {
  switch (feature) {
    case Feature::variables_expand: return {15, 8, 0};
    case Feature::report_annotations: return {16, 3, 0};
    case Feature::workflow_auto_cancel: return {16, 10, 0};
    case Feature::artifacts_access: return {16, 11, 0};
    case Feature::manual_confirmation: return {17, 1, 0};
    case Feature::compare_to_variables: return {17, 2, 0};
    case Feature::yaml_of_two_mebibytes: return {17, 3, 0};
    case Feature::retry_exit_codes: return {17, 5, 0};
    case Feature::trigger_inputs: return {17, 11, 0};
    case Feature::strategy_mirror: return {18, 2, 0};
    case Feature::artifacts_access_maintainer: return {18, 4, 0};
    case Feature::child_reports: return {18, 6, 0};
    case Feature::upstream_variables: return {18, 9, 0};
    case Feature::retry_interrupted: return {19, 3, 0};
  }
  return {};
}

}  // namespace statelane::gitlab
