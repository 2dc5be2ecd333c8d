#include "http/response_reader.hpp"

#include <doctest/doctest.h>

using statelane::http::Limits;
using statelane::http::Response;
using statelane::http::ResponseReader;

namespace {

const Limits small{std::chrono::milliseconds(1), 200, 10};

/// What is read of an answer whose connection then ends: "STATUS BODY", or the fault; the same however it is cut.
std::string read(std::string_view answer, bool is_whole_end = true, bool has_body = true) {
  std::string result;
  for (const std::size_t step : {answer.size() + 1, std::size_t{1}, std::size_t{3}}) {
    ResponseReader reader(small, has_body);
    for (std::size_t at = 0; at < answer.size(); at += step) reader.take(answer.substr(at, step));
    reader.end(is_whole_end);
    REQUIRE(reader.is_done());
    std::string found = reader.fault().value_or("");
    if (found.empty()) {
      const Response response = reader.take_response();
      found = std::to_string(response.status) + " " + response.body;
    }
    if (result.empty()) result = found;
    CHECK(found == result);
  }
  return result;
}

}  // namespace

TEST_CASE("a body is as long as its length says, or as its chunks, or goes to the end of the connection") {
  CHECK(read("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbodymore") == "200 body");
  CHECK(read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") == "200 ");
  CHECK(
      read("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nbod\r\n01;x=y\r\ny\r\n0\r\nTrailer: 1\r\n\r\n") ==
      "200 body");
  CHECK(read("HTTP/1.0 200\n\nbody") == "200 body");
  CHECK(read("HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n") ==
        "200 x");
}

TEST_CASE("answers that have no body end with their headers, whatever those say") {
  CHECK(read("HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nbody") == "204 ");
  CHECK(read("HTTP/1.1 304 Not Modified\r\n\r\nbody") == "304 ");
  CHECK(read("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", true, false) == "200 ");
}

TEST_CASE("interim answers are passed over") {
  CHECK(read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 201 "
             "Created\r\nContent-Length: 1\r\n\r\nx") == "201 x");
}

TEST_CASE("headers are found by their names in lower case") {
  ResponseReader reader(small);
  reader.take("HTTP/1.1 302 Found\r\nX-Next-Page:  2 \r\nx-next-page:3\r\nEmpty:\r\nContent-Length: 0\r\n\r\n");
  REQUIRE(reader.is_done());
  const Response response = reader.take_response();
  CHECK(response.headers.at("x-next-page") == "3");
  CHECK(response.headers.at("empty") == "");
}

TEST_CASE("what is cut off is told as such, also where only TLS can tell") {
  CHECK(read("") == "is cut off");
  CHECK(read("HTTP/1.1 200 O") == "is cut off");
  CHECK(read("HTTP/1.1 200 OK\r\nA: b\r\n") == "is cut off");
  CHECK(read("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbod") == "is cut off");
  CHECK(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbod\r\n") == "is cut off");
  CHECK(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n") == "is cut off");
  CHECK(read("HTTP/1.0 200 OK\r\n\r\nbod", false) == "is cut off");
}

TEST_CASE("what is not HTTP is told before its end") {
  for (const char* text : {"220 mail.example.com ESMTP", "SSH-2.0-x", "HTTP/2 200\r\n\r\n", "HTTP/1.1 20\r\n\r\n",
                           "HTTP/1.1 099 x\r\n\r\n", "HTTP/1.1 2000\r\n\r\n", "HTTP/1.1200 OK\r\n\r\n", "x"}) {
    CHECK_MESSAGE(read(text) == "is not HTTP", text);
  }
}

TEST_CASE("lines and lengths that cannot be right are faults") {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  for (const char* line : {"no colon", ": x", "a b: c", " folded: x", "a : b"}) {
    CHECK_MESSAGE(read(head + line + "\r\n\r\n") == "has a line among its headers that is none", line);
  }
  CHECK(read(head + std::string("a: b\0c\r\n\r\n", 10)) == "has a line among its headers that is none");
  CHECK(read(head + "Content-Length: 4\r\ncontent-length: 5\r\n\r\n") == "gives two lengths of its body");
  CHECK(read(head + "Content-Length: 4\r\ncontent-length: 4\r\n\r\nbody") == "200 body");
  for (const char* length : {"", "-1", "+1", "0x4", "4, 4", "99999999999999999999"}) {
    CHECK_MESSAGE(
        read(head + "Content-Length: " + length + "\r\n\r\n") == "gives no length of its body that can be read",
        length);
  }
  CHECK(read(head + "Transfer-Encoding: gzip, chunked\r\n\r\n") == "comes in a transfer coding that was not asked for");
  for (const char* size : {"", "x", "-1", "0x1", "1 1", "fffffffffffffffff", ";a"}) {
    CHECK_MESSAGE(read(head + "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n") == "has a bad chunk size", size);
  }
  CHECK(read(head + "Transfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n") == "has a chunk of another size than it says");
}

TEST_CASE("headers and bodies are bounded, and nothing is kept of what is too large") {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  CHECK(read(head + "Content-Length: 11\r\n\r\n") == "is larger than 10 bytes");
  CHECK(read(head + "Content-Length: 10\r\n\r\n0123456789") == "200 0123456789");
  CHECK(read(head + "\r\n0123456789a") == "is larger than 10 bytes");
  CHECK(read(head + "\r\n0123456789") == "200 0123456789");
  CHECK(read(head + "Transfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n3\r\n") == "is larger than 10 bytes");
  CHECK(read(head + "A: " + std::string(200, 'x')) == "has more than 200 bytes of headers");
  std::string many = head;
  for (int line = 0; line < 100; ++line) many += "A: b\r\n";
  CHECK(read(many) == "has more than 200 bytes of headers");
  std::string interim;
  for (int line = 0; line < 20; ++line) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  CHECK(read(interim) == "has more than 200 bytes of headers");
  CHECK(read(head + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + "A: " + std::string(200, 'x')) ==
        "has more than 200 bytes of headers");
  CHECK(read(head + "Transfer-Encoding: chunked\r\n\r\n" + std::string(201, '0')) == "has a bad chunk size");
  ResponseReader reader(small);
  reader.take(head + "Content-Length: 11\r\n\r\n");
  CHECK(reader.is_too_large());
}
