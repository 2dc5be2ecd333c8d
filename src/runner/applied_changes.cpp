#include "runner/applied_changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/escape.hpp"
#include "runner/escape_filter.hpp"

namespace statelane::runner {

namespace {

struct Kind {
  std::string_view sign;  ///< Terraform's and OpenTofu's words
  std::string_view word;
  std::vector<std::string> AppliedChanges::*addresses;
};

constexpr std::array kinds = {
    Kind{": Creation complete after ", "created", &AppliedChanges::created},
    Kind{": Modifications complete after ", "updated", &AppliedChanges::updated},
    Kind{": Destruction complete after ", "destroyed", &AppliedChanges::destroyed},
};

void read_line(std::string_view line, AppliedChanges& done) {
  for (const Kind& kind : kinds) {
    const std::size_t at = line.find(kind.sign);
    if (at == std::string_view::npos) continue;
    const std::string_view address = line.substr(0, at);
    // What a provisioner prints begins with `ADDRESS (local-exec): `.
    if (address.find("-exec): ") == std::string_view::npos) (done.*kind.addresses).emplace_back(address);
    return;
  }
}

}  // namespace

AppliedChanges read_applied_changes(const files::Place& output) {
  constexpr std::size_t longest_line = 1 << 16;  // an address is shorter; what is longer is something else
  AppliedChanges done;
  std::string line;
  const auto end_line = [&] {
    // Most lines are something else, and cheap to tell.
    if (line.find(" complete after ") != std::string::npos) read_line(strip_escapes(line), done);
    line.clear();
  };
  files::read_pieces(output, files::largest_file, [&](std::string_view piece) {
    while (!piece.empty()) {
      const std::size_t end = std::min(piece.find('\n'), piece.size());
      if (line.size() < longest_line) line.append(piece.substr(0, end));
      if (end < piece.size()) end_line();
      piece.remove_prefix(std::min(end + 1, piece.size()));
    }
  });
  end_line();
  return done;
}

std::string render_counts(const AppliedChanges& done) {
  std::string result;
  for (const Kind& kind : kinds) {
    const std::size_t count = (done.*kind.addresses).size();
    if (count > 0) result += fmt::format("{}{} {}", result.empty() ? ": " : ", ", count, kind.word);
  }
  return result;
}

std::string render_applied(const AppliedChanges& done, std::size_t most) {
  const std::string counts = render_counts(done);
  if (counts.empty()) return "statelane: no resource was changed completely\n";
  std::string result = fmt::format("statelane: done until then{}\n", counts);
  std::size_t left = most;
  std::size_t more = 0;
  for (const Kind& kind : kinds) {
    for (const std::string& address : done.*kind.addresses) {
      if (left == 0) {
        ++more;
        continue;
      }
      --left;
      result += fmt::format("  {:<10}{}\n", kind.word, escape_for_terminal(address));
    }
  }
  if (more > 0) result += fmt::format("  and {} more\n", more);
  return result;
}

}  // namespace statelane::runner
