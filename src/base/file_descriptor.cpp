#include "base/file_descriptor.hpp"

#include <unistd.h>

namespace statelane {

void FileDescriptor::close() {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

}  // namespace statelane
