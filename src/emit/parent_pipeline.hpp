#pragma once

#include <string>

namespace statelane::emit {

/// What the parent pipeline has to suit.
struct ParentRequest {
  std::string image;            ///< of the generating job: statelane, git, a shell and Terraform
  std::string first_stage;      ///< where the child is generated
  std::string last_stage;       ///< where it is triggered
  bool is_included = false;     ///< the file is included by one that has stages and rules of its own
  bool has_gates = false;       ///< applies too; otherwise plans only
  bool has_auto_cancel = true;  ///< the server knows `workflow:auto_cancel`
  bool has_mirror = false;      ///< … and `trigger:strategy: mirror`
};

/// The parent pipeline: a job that generates the child pipeline of a commit, and a job that triggers it, with comments.
std::string render_parent_pipeline(const ParentRequest& request);

/// `.statelane.yml` with every key in a comment, so that each is one keystroke away; as it stands it says nothing.
std::string render_starter_config();

}  // namespace statelane::emit
