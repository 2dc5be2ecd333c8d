#include "gitlab/regexp.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>
#include <string>

#include "gitlab/texts.hpp"

namespace statelane::gitlab {

namespace {

/// Calls of the matcher, and KiB of its memory: some milliseconds.
constexpr std::uint32_t most_steps = 200'000;
constexpr std::uint32_t most_kibibytes = 4096;

template <auto Free>
struct Deleter {
  template <typename Object>
  void operator()(Object* object) const {
    Free(object);
  }
};

template <typename Object, auto Free>
using Owned = std::unique_ptr<Object, Deleter<Free>>;

PCRE2_SPTR bytes_of(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

}  // namespace

// PCRE2 reads what RE2 takes in the same way: `is_re2` keeps out what only PCRE2 has.
std::optional<bool> finds_regexp(std::string_view pattern, std::string_view flags, std::string_view subject) {
  if (!is_re2(pattern) || flags.find_first_not_of("imsU") != std::string_view::npos) return std::nullopt;
  const std::string whole = (flags.empty() ? "" : "(?" + std::string(flags) + ")") + std::string(pattern);
  int error = 0;
  PCRE2_SIZE place = 0;
  const Owned<pcre2_code, pcre2_code_free> code(
      pcre2_compile(bytes_of(whole), whole.size(), PCRE2_UTF | PCRE2_DOLLAR_ENDONLY, &error, &place, nullptr));
  if (!code) return std::nullopt;
  const Owned<pcre2_match_context, pcre2_match_context_free> bounds(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(bounds.get(), most_steps);
  pcre2_set_heap_limit(bounds.get(), most_kibibytes);
  const Owned<pcre2_match_data, pcre2_match_data_free> found(pcre2_match_data_create_from_pattern(code.get(), nullptr));
  const int result = pcre2_match(code.get(), bytes_of(subject), subject.size(), 0, 0, found.get(), bounds.get());
  if (result == PCRE2_ERROR_NOMATCH) return false;
  return result >= 0 ? std::optional(true) : std::nullopt;
}

}  // namespace statelane::gitlab
