#pragma once

#include <memory>
#include <utility>

namespace statelane {

/// A value that never changes and has many owners: copying it copies a pointer. Never empty, but for one that was moved
/// from.
template <typename T>
class Shared {
 public:
  explicit Shared(T value) : value_(std::make_shared<const T>(std::move(value))) {}

  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }

  /// Both are copies of one: equal without a look at what they hold.
  bool is_same_as(const Shared& other) const { return value_ == other.value_; }

 private:
  std::shared_ptr<const T> value_;
};

}  // namespace statelane
