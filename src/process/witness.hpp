#pragma once

#include <sys/types.h>

#include "base/file_descriptor.hpp"

namespace statelane::process {

/// A process beside a supervised one that does nothing but tell whether it was asked to stop (INT, TERM). It has a
/// process group of its own, as the supervised one has: who signals every process signals both, who signals a group or
/// our process alone signals neither. It ends by itself when this object, or our process, is gone.
class Witness {
 public:
  /// Where no process can be started there is no witness, and nothing was seen.
  Witness();
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness();

  /// Its process; -1 where there is none.
  pid_t pid() const { return pid_; }

  /// It was asked to stop.
  bool was_signalled();

 private:
  pid_t pid_ = -1;
  FileDescriptor life_;  ///< closed by our end
  FileDescriptor news_;  ///< a byte comes when it is signalled
  bool was_signalled_ = false;
};

}  // namespace statelane::process
