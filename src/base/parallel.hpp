#pragma once

#include <cstddef>
#include <functional>

namespace statelane {

/// How many threads `for_each_in_parallel` uses at most, this one included.
std::size_t worker_limit();

/// Calls `work(worker, index)` for every index below `count`, in any order, from this and from other threads; `worker`
/// is below `worker_limit()` and tells the threads apart. A small count stays on this thread. When all are done, or one
/// has thrown, it comes back; the exception is thrown again here.
void for_each_in_parallel(std::size_t count, const std::function<void(std::size_t worker, std::size_t index)>& work);

}  // namespace statelane
