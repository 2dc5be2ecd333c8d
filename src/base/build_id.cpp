#include "base/build_id.hpp"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/digest.hpp"

namespace statelane {

namespace {

std::size_t padded(std::size_t size) { return (size + 3) / 4 * 4; }

/// The description of the note NT_GNU_BUILD_ID among ELF notes; empty when it is not there.
std::string_view find_note(std::string_view notes) {
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    std::memcpy(&header, notes.data(), sizeof header);
    const std::size_t begin = sizeof header + padded(header.n_namesz);
    if (begin + header.n_descsz > notes.size()) return {};
    const std::string_view name = notes.substr(sizeof header, header.n_namesz);
    if (header.n_type == NT_GNU_BUILD_ID && name.starts_with("GNU")) return notes.substr(begin, header.n_descsz);
    notes.remove_prefix(std::min(notes.size(), begin + padded(header.n_descsz)));
  }
  return {};
}

/// The first object is the program itself.
int take_first(dl_phdr_info* object, std::size_t, void* result) {
  for (int index = 0; index < object->dlpi_phnum; ++index) {
    const auto& segment = object->dlpi_phdr[index];
    if (segment.p_type != PT_NOTE) continue;
    const char* begin = reinterpret_cast<const char*>(object->dlpi_addr + segment.p_vaddr);
    const std::string_view note = find_note({begin, segment.p_memsz});
    if (!note.empty()) *static_cast<std::string*>(result) = to_hex(note);
  }
  return 1;
}

}  // namespace

std::string build_id() {
  std::string result;
  dl_iterate_phdr(take_first, &result);
  return result;
}

}  // namespace statelane
