#include "process/file_descriptor.hpp"

#include <unistd.h>

namespace statelane::process {

void FileDescriptor::close() {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

}  // namespace statelane::process
