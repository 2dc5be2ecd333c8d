#include "repo/sha1.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/digest.hpp"
#include "repo/object_id.hpp"

using statelane::to_hex;
using statelane::repo::blob_id;
using statelane::repo::object_digits;
using statelane::repo::sha1;
using statelane::repo::sha1_portably;

namespace {

std::string digits(const std::array<std::uint8_t, 20>& sum) {
  return to_hex({reinterpret_cast<const char*>(sum.data()), sum.size()});
}

}  // namespace

TEST_CASE("sums are those of the standard's examples") {
  CHECK(digits(sha1("", "")) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(digits(sha1("a", "bc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(digits(sha1_portably("abc", "")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  const std::string two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  CHECK(digits(sha1("", two_blocks)) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  CHECK(digits(sha1("", std::string(1'000'000, 'a'))) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST_CASE("with and without the processor's instructions sums of every length are the same") {
  std::string text;
  for (std::size_t size = 0; size < 400; ++size) {
    CHECK(sha1("blob ", text) == sha1_portably("blob ", text));
    text += static_cast<char>(size * 7);
  }
}

TEST_CASE("the id of a blob is git's") {
  CHECK(object_digits(blob_id(""), 20) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  CHECK(object_digits(blob_id("hello world\n"), 20) == "3b18e512dba79e4c8300dd08aeb37f8e728b8dad");
}
