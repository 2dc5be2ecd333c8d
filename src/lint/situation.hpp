#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gitlab/expression.hpp"

namespace statelane::lint {

using gitlab::evaluate_expression;
using gitlab::Truth;
using gitlab::VariableValue;
using gitlab::VariableValues;

/// A kind of pipeline, with what GitLab's variables hold in it.
struct Situation {
  enum class Kind { push_default, push_branch, merge_request, tag, schedule, web };
  Kind kind = Kind::push_default;
  VariableValues variables;

  /// GitLab compares paths in it; elsewhere every `changes` is true.
  bool compares_paths() const {
    return kind == Kind::push_default || kind == Kind::push_branch || kind == Kind::merge_request;
  }
};

/// The kinds of pipelines that people have, for a repository with this default branch.
std::vector<Situation> all_situations(const std::string& default_branch);

/// Whether one entry of `only:refs` or `except:refs` fits the situation: `branches`, `merge_requests`, a branch's name,
/// `/pattern/` … (lib/gitlab/ci/build/policy/refs.rb).
Truth fits_ref(std::string_view ref, const Situation& situation);

}  // namespace statelane::lint
