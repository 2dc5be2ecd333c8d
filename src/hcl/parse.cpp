#include "hcl/parse.hpp"

#include <fmt/format.h>

#include <limits>

#include "hcl/file_builder.hpp"
#include "hcl/parser.hpp"

namespace statelane::hcl {

namespace {

/// The file without a tree and, where its text is too large for the parser's offsets, without text.
File make_file(std::string source, const RepoPath& path, Diagnostics& diagnostics) {
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max() / 2;
  if (source.size() <= most) return File(std::move(source), path);
  diagnostics.error(path, std::nullopt, fmt::format("the file has more than {} bytes and was not read", most));
  File file("", path);
  FileBuilder(file).set_faults(true);
  return file;
}

}  // namespace

File parse(std::string source, const RepoPath& path, Diagnostics& diagnostics) {
  File file = make_file(std::move(source), path, diagnostics);
  FileBuilder builder(file);
  Parser parser(file.source(), path, Scanner::Start::body, builder.arena(), diagnostics);
  builder.set_body(parser.parse_file());
  builder.set_faults(file.has_faults() || parser.has_faults());
  return file;
}

File parse_template(std::string source, const RepoPath& path, Diagnostics& diagnostics) {
  File file = make_file(std::move(source), path, diagnostics);
  FileBuilder builder(file);
  Parser parser(file.source(), path, Scanner::Start::template_text, builder.arena(), diagnostics);
  builder.set_expression(parser.parse_only_template());
  builder.set_faults(file.has_faults() || parser.has_faults());
  return file;
}

File parse_expression(std::string source, const RepoPath& path, Diagnostics& diagnostics) {
  File file = make_file(std::move(source), path, diagnostics);
  FileBuilder builder(file);
  Parser parser(file.source(), path, Scanner::Start::body, builder.arena(), diagnostics);
  builder.set_expression(parser.parse_only_expression());
  builder.set_faults(file.has_faults() || parser.has_faults());
  return file;
}

}  // namespace statelane::hcl
