#include "hcl/arena.hpp"

#include <algorithm>

namespace statelane::hcl {

void Arena::add_chunk(std::size_t at_least) {
  constexpr std::size_t smallest = 256;
  constexpr std::size_t largest = std::size_t{4} << 20;
  size_ = std::max(at_least, std::clamp(next_chunk_, smallest, largest));
  used_ = 0;
  capacity_ += size_;
  // Half of what there is: thousands of small arenas are kept, and what they reserve in vain adds up.
  next_chunk_ = std::max(size_, capacity_ / 2);
  // Not value-initialised: every byte is written before it is read.
  chunks_.emplace_back(std::make_unique_for_overwrite<std::byte[]>(size_));
}

}  // namespace statelane::hcl
