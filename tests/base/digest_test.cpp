#include "base/digest.hpp"

#include <doctest/doctest.h>

using namespace statelane;

namespace {

std::string digits(const std::array<std::uint8_t, 20>& sum) {
  return to_hex({reinterpret_cast<const char*>(sum.data()), sum.size()});
}

const std::string two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

}  // namespace

TEST_CASE("sums are those of the standard's examples") {
  CHECK(digits(sha1("", "")) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(digits(sha1("a", "bc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(digits(sha1("", two_blocks)) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  CHECK(digits(sha1("", std::string(1'000'000, 'a'))) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex(two_blocks) == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("a sum in pieces is that of the whole, and fields are told apart") {
  Sha256 pieces;
  pieces.add(two_blocks.substr(0, 5));
  pieces.add(two_blocks.substr(5));
  CHECK(pieces.finish_hex() == sha256_hex(two_blocks));
  Sha256 left, right;
  left.add_field("ab");
  left.add_field("c");
  right.add_field("a");
  right.add_field("bc");
  CHECK(left.finish() != right.finish());
}
