#include "repo/pack_index.hpp"

#include <endian.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"

namespace statelane::repo {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t name_size = 20;
constexpr std::uint64_t fan_out_size = 256 * 4;
constexpr std::uint64_t trailer_size = 20;
constexpr std::uint64_t large_mark = 0x80000000;

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t index = 0; index < size; ++index)
    number = number << 8U | static_cast<unsigned char>(bytes[at + index]);
  return number;
}

class Index {
 public:
  Index(const fs::path& file, std::uint64_t pack_size)
      : file_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)), pack_size_(pack_size) {}

  bool is_sound() {
    if (!file_.is_open()) return false;
    const std::string head = read(0, 8 + fan_out_size);
    if (head.size() < 8 + fan_out_size) return false;
    constexpr std::string_view magic("\377tOc\0\0\0\2", 8);
    if (!head.starts_with(magic)) return is_sound_of_old(number_at(head, fan_out_size - 4, 4));
    const std::uint64_t count = number_at(head, 8 + fan_out_size - 4, 4);
    const std::uint64_t places = 8 + fan_out_size + count * (name_size + 4);
    const std::uint64_t large_places = places + count * 4;
    return each(places, count, 4, [&](std::uint64_t place) {
      if ((place & large_mark) == 0) return lies_inside(place);
      const std::string large = read(large_places + (place & ~large_mark) * 8, 8);
      return large.size() == 8 && lies_inside(number_at(large, 0, 8));
    });
  }

 private:
  /// The first version has no head, and a place in front of each name.
  bool is_sound_of_old(std::uint64_t count) {
    return each(fan_out_size, count, 4 + name_size, [&](std::uint64_t place) { return lies_inside(place); });
  }

  bool lies_inside(std::uint64_t place) const {
    return pack_size_ >= trailer_size && place < pack_size_ - trailer_size;
  }

  /// `check` of the first four bytes of each record, where not all of them lie inside as they are.
  template <typename Check>
  bool each(std::uint64_t begin, std::uint64_t count, std::uint64_t record, const Check& check) {
    constexpr std::uint64_t at_once = 4096;
    for (std::uint64_t done = 0; done < count; done += at_once) {
      const std::uint64_t number = std::min(at_once, count - done);
      const std::string bytes = read(begin + done * record, number * record);
      if (bytes.size() < number * record) return false;
      std::uint32_t highest = 0;
      for (std::uint64_t index = 0; index < number; ++index) {
        std::uint32_t place = 0;
        std::memcpy(&place, bytes.data() + index * record, sizeof place);
        highest = std::max(highest, be32toh(place));
      }
      if ((highest & large_mark) == 0 && lies_inside(highest)) continue;
      for (std::uint64_t index = 0; index < number; ++index) {
        if (!check(number_at(bytes, index * record, 4))) return false;
      }
    }
    return true;
  }

  std::string read(std::uint64_t at, std::uint64_t size) const {
    std::string bytes(size, '\0');
    const ssize_t count = ::pread(file_.get(), bytes.data(), size, static_cast<off_t>(at));
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }

  FileDescriptor file_;
  std::uint64_t pack_size_;
};

}  // namespace

bool stays_in_its_pack(const fs::path& index) {
  fs::path pack = index;
  pack.replace_extension(".pack");
  std::error_code fault;
  const std::uint64_t size = fs::file_size(pack, fault);
  return !fault && Index(index, size).is_sound();
}

}  // namespace statelane::repo
