#include "hcl/parse.hpp"

#include "hcl/file_builder.hpp"
#include "hcl/parser.hpp"

namespace statelane::hcl {

File parse(std::string source, const RepoPath& path, Diagnostics& diagnostics) {
  File file = make_file(std::move(source), path, diagnostics);
  FileBuilder builder(file);
  Parser parser(file.source(), path, Scanner::Start::body, builder.arena(), diagnostics);
  builder.set_body(parser.parse_file());
  builder.set_faults(parser.has_faults(), parser.is_cut());
  return file;
}

File parse_template(std::string source, const RepoPath& path, Diagnostics& diagnostics) {
  File file = make_file(std::move(source), path, diagnostics);
  FileBuilder builder(file);
  Parser parser(file.source(), path, Scanner::Start::template_text, builder.arena(), diagnostics);
  builder.set_expression(parser.parse_only_template());
  builder.set_faults(parser.has_faults(), parser.is_cut());
  return file;
}

File parse_expression(std::string source, const RepoPath& path, Diagnostics& diagnostics) {
  File file = make_file(std::move(source), path, diagnostics);
  FileBuilder builder(file);
  Parser parser(file.source(), path, Scanner::Start::body, builder.arena(), diagnostics);
  builder.set_expression(parser.parse_only_expression());
  builder.set_faults(parser.has_faults(), parser.is_cut());
  return file;
}

}  // namespace statelane::hcl
