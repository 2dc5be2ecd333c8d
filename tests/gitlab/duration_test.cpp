#include "gitlab/duration.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace std::chrono_literals;
using statelane::gitlab::parse_duration;

TEST_CASE("spans of time are read as GitLab reads expire_in") {
  CHECK(parse_duration("42") == 42s);
  CHECK(parse_duration("3 mins 4 sec") == 184s);
  CHECK(parse_duration("2 hrs 20 min") == 140min);
  CHECK(parse_duration("2h20min") == 140min);
  CHECK(parse_duration("6 mos 1 day") == 181 * 24h);
  CHECK(parse_duration("3 weeks and 2 days") == 23 * 24h);
  CHECK(parse_duration("1 week, 1 Day") == 8 * 24h);
  CHECK(parse_duration("4 yrs") == 1461 * 24h);
}

TEST_CASE("spans of time are read as Terraform's options have them") {
  CHECK(parse_duration("1m30s") == 90s);
  CHECK(parse_duration("200ms") == 200ms);
  CHECK(parse_duration("0") == 0s);
}

TEST_CASE("what is no span of time is none") {
  for (const char* text : {"", " ", "never", "-3 days", "7 fortnights", "1 day 5", "days", "1.5h", "99999999999 s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}
