#pragma once

#include <span>
#include <vector>

#include "hcl/arena.hpp"
#include "terraform/file_facts.hpp"

namespace statelane::terraform {

/// The loops around a place while a file is walked. Their expressions are copied when something first needs them.
class LoopStack {
 public:
  explicit LoopStack(hcl::Arena& arena) : arena_(arena) {}

  /// `loop` holds expressions of the file that is walked.
  void push(const Loop& loop) { open_.push_back({loop, false}); }
  void pop() { open_.pop_back(); }

  /// No loop is open.
  bool empty() const { return open_.empty(); }

  /// The loops whose names `expressions` need, directly or through the loops that they need, copied, the outermost
  /// first.
  std::span<const Loop> loops_for(std::span<const hcl::Expression* const> expressions);

 private:
  struct Open {
    Loop loop;
    bool is_copied = false;
  };

  const Loop& copied(Open& open);

  hcl::Arena& arena_;
  std::vector<Open> open_;
};

}  // namespace statelane::terraform
