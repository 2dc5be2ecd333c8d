/* libgit2 opens files of a repository without a look at what they are, and waits for ever where one is a FIFO. It has one
 * call of `open`, which the room's link option sends here, and with it those of everybody else: who does not ask for a
 * FIFO in so many words (O_NONBLOCK, or anything but reading) does not get one. */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

int __real_open(const char* path, int flags, ...);
int __wrap_open(const char* path, int flags, ...);

int __wrap_open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  if ((flags & (O_ACCMODE | O_CREAT | O_NONBLOCK | O_DIRECTORY)) != O_RDONLY)
    return __real_open(path, flags, mode);
  /* A regular file does not know of O_NONBLOCK. */
  const int file = __real_open(path, flags | O_NONBLOCK);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0 || !S_ISFIFO(status.st_mode)) return file;
  close(file);
  errno = ENXIO;
  return -1;
}
