#include "repo/sha1.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <utility>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace statelane::repo {

namespace {

constexpr std::size_t block_size = 64;
using State = std::array<std::uint32_t, 5>;
using Mix = void (*)(State& state, const std::uint8_t* data, std::size_t blocks);

std::uint32_t read_word(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

/// FIPS 180-4, section 6.1.3: a schedule of sixteen words in a ring.
void mix_block(State& state, const std::uint8_t* data) {
  std::array<std::uint32_t, 16> words;
  for (std::size_t index = 0; index < 16; ++index) words[index] = read_word(data + 4 * index);
  auto [a, b, c, d, e] = state;
  for (std::size_t round = 0; round < 80; ++round) {
    std::uint32_t& word = words[round % 16];
    if (round >= 16) {
      word = std::rotl(words[(round + 13) % 16] ^ words[(round + 8) % 16] ^ words[(round + 2) % 16] ^ word, 1);
    }
    const std::uint32_t choice = round < 20   ? ((b & c) | (~b & d)) + 0x5A827999
                                 : round < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
                                 : round < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC
                                              : (b ^ c ^ d) + 0xCA62C1D6;
    const std::uint32_t next = std::rotl(a, 5) + choice + e + word;
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  const State mixed = {a, b, c, d, e};
  for (std::size_t index = 0; index < 5; ++index) state[index] += mixed[index];
}

void mix_portably(State& state, const std::uint8_t* data, std::size_t blocks) {
  for (; blocks > 0; --blocks, data += block_size) mix_block(state, data);
}

#if defined(__x86_64__)

/// Four words of the schedule each, and the two halves of the state.
struct Vectors {
  __m128i words[4];
  __m128i abcd;
  __m128i now;   ///< `e` for this group of rounds
  __m128i next;  ///< for the next
};

/// Rounds 4 × Group to 4 × Group + 3, and what the schedule of later rounds needs of them.
template <int Group>
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void mix_group(Vectors& v, const std::uint8_t* data) {
  __m128i& words = v.words[Group % 4];
  if constexpr (Group < 4) {
    const __m128i swap = _mm_set_epi64x(0x0001020304050607, 0x08090A0B0C0D0E0F);
    words = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data + 16 * Group)), swap);
  }
  v.now = Group == 0 ? _mm_add_epi32(v.now, words) : _mm_sha1nexte_epu32(v.now, words);
  v.next = v.abcd;
  if constexpr (Group >= 3 && Group <= 18) {
    v.words[(Group + 1) % 4] = _mm_sha1msg2_epu32(v.words[(Group + 1) % 4], words);
  }
  v.abcd = _mm_sha1rnds4_epu32(v.abcd, v.now, Group / 5);
  if constexpr (Group >= 1 && Group <= 16) {
    v.words[(Group + 3) % 4] = _mm_sha1msg1_epu32(v.words[(Group + 3) % 4], words);
  }
  if constexpr (Group >= 2 && Group <= 17) {
    v.words[(Group + 2) % 4] = _mm_xor_si128(v.words[(Group + 2) % 4], words);
  }
  v.now = v.next;
}

template <int... Groups>
[[gnu::target("sha,sse4.1"), gnu::always_inline]] inline void mix_groups(Vectors& v, const std::uint8_t* data,
                                                                         std::integer_sequence<int, Groups...>) {
  (mix_group<Groups>(v, data), ...);
}

[[gnu::target("sha,sse4.1")]] void mix_by_instructions(State& state, const std::uint8_t* data, std::size_t blocks) {
  Vectors v;
  v.abcd = _mm_shuffle_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data())), 0x1B);
  v.now = _mm_set_epi32(static_cast<int>(state[4]), 0, 0, 0);
  for (; blocks > 0; --blocks, data += block_size) {
    const __m128i abcd = v.abcd;
    const __m128i e = v.now;
    mix_groups(v, data, std::make_integer_sequence<int, 20>());
    v.now = _mm_sha1nexte_epu32(v.now, e);
    v.abcd = _mm_add_epi32(v.abcd, abcd);
  }
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data()), _mm_shuffle_epi32(v.abcd, 0x1B));
  state[4] = static_cast<std::uint32_t>(_mm_extract_epi32(v.now, 3));
}

bool has_instructions() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool has_extended = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & (1U << 29)) != 0;
  return has_extended && __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_1) != 0 && (c & bit_SSSE3) != 0;
}

Mix choose_mix() { return has_instructions() ? mix_by_instructions : mix_portably; }

#else

Mix choose_mix() { return mix_portably; }

#endif

/// Mixes the whole blocks of what is added; the rest waits.
class Hash {
 public:
  explicit Hash(Mix mix) : mix_(mix) {}

  void add(std::string_view bytes) {
    total_ += bytes.size();
    if (used_ > 0) {
      const std::size_t taken = std::min(bytes.size(), block_size - used_);
      std::memcpy(rest_.data() + used_, bytes.data(), taken);
      used_ += taken;
      bytes.remove_prefix(taken);
      if (used_ < block_size) return;
      mix_(state_, rest_.data(), 1);
    }
    const std::size_t blocks = bytes.size() / block_size;
    mix_(state_, reinterpret_cast<const std::uint8_t*>(bytes.data()), blocks);
    bytes.remove_prefix(blocks * block_size);
    used_ = bytes.size();
    if (used_ > 0) std::memcpy(rest_.data(), bytes.data(), used_);
  }

  std::array<std::uint8_t, 20> finish() {
    const std::uint64_t bits = total_ * 8;
    std::array<char, block_size> padding{};
    padding[0] = '\x80';
    add({padding.data(), (used_ < 56 ? 56 : 120) - used_});
    std::array<char, 8> size{};
    for (std::size_t index = 0; index < 8; ++index) size[index] = static_cast<char>(bits >> (56 - 8 * index));
    add({size.data(), size.size()});
    std::array<std::uint8_t, 20> result{};
    for (std::size_t index = 0; index < 20; ++index) {
      result[index] = static_cast<std::uint8_t>(state_[index / 4] >> (24 - 8 * (index % 4)));
    }
    return result;
  }

 private:
  Mix mix_;
  State state_ = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  std::array<std::uint8_t, block_size> rest_{};
  std::size_t used_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace

std::array<std::uint8_t, 20> sha1(std::string_view head, std::string_view body) {
  static const Mix mix = choose_mix();
  Hash hash(mix);
  hash.add(head);
  hash.add(body);
  return hash.finish();
}

std::array<std::uint8_t, 20> sha1_portably(std::string_view head, std::string_view body) {
  Hash hash(mix_portably);
  hash.add(head);
  hash.add(body);
  return hash.finish();
}

}  // namespace statelane::repo
