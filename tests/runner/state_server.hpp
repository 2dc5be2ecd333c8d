#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <string>

#include "base/file_descriptor.hpp"
#include "process/child_process.hpp"
#include "support/source_directory.hpp"

/// A state server that behaves like GitLab's, for one test; tests/e2e/state_server.py says how it is steered.
class StateServer {
 public:
  StateServer() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const statelane::FileDescriptor read(ends[0]);
    statelane::FileDescriptor write(ends[1]);
    child_.emplace(statelane::process::Command{{"/usr/bin/python3",
                                                statelane::support::source_directory() / "tests/e2e/state_server.py"}},
                   write.get());
    write.close();
    std::string line;
    for (char byte = 0; ::read(read.get(), &byte, 1) == 1 && byte != '\n';) line += byte;
    REQUIRE(line.starts_with("ready "));
    port_ = std::stoi(line.substr(6));
  }
  StateServer(const StateServer&) = delete;
  ~StateServer() {
    child_->send(SIGTERM);
    child_->wait();
  }

  std::string api_url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/api/v4"; }
  std::string state_url(const std::string& name) const { return api_url() + "/projects/1/terraform/state/" + name; }

  /// Sends a request as the job's user and returns the answer's body.
  std::string request(const std::string& method, const std::string& path, const std::string& body = "") const {
    const statelane::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    // The user is `x`, the password `job-token`.
    const std::string text = method + " " + path +
                             " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic eDpqb2ItdG9rZW4=\r\n" +
                             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    REQUIRE(::write(socket.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    std::string answer;
    std::array<char, 4096> buffer;
    for (ssize_t count; (count = ::read(socket.get(), buffer.data(), buffer.size())) > 0;) {
      answer.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return answer.substr(std::min(answer.find("\r\n\r\n"), answer.size()));
  }
  void steer(const std::string& control) const { request("PUT", "/control", control); }
  /// Blocks until a request is held.
  void await_held() const { request("GET", "/control/held"); }
  std::string report() const { return request("GET", "/control"); }

 private:
  std::optional<statelane::process::ChildProcess> child_;
  int port_ = 0;
};
