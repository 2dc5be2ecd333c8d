#include "applied/reviewed.hpp"

#include <doctest/doctest.h>

using statelane::applied::find_request_in_message;

TEST_CASE("a merge request is found in GitLab's own message of a merge, and in no other") {
  CHECK(find_request_in_message("Merge branch 'a' into 'main'\n\nWords\n\nSee merge request group/sub/project!42\n",
                                "group/sub/project") == 42);
  CHECK(find_request_in_message("See merge request !7", "group/project") == 7);
  CHECK_FALSE(find_request_in_message("See merge request other/project!42", "group/project"));
  CHECK_FALSE(find_request_in_message("See merge request group/project!42 and more", "group/project"));
  CHECK_FALSE(find_request_in_message("See merge request group/project!\n", "group/project"));
  CHECK_FALSE(find_request_in_message("see !42", "group/project"));
  CHECK_FALSE(find_request_in_message("See merge request group/project!42\n\nSigned-off-by: x", "group/project"));
  CHECK_FALSE(find_request_in_message("", ""));
}
