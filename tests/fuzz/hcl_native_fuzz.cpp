#include <cstdlib>

#include "hcl/parse.hpp"
#include "hcl/token_digest.hpp"

using namespace statelane;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string source(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  const hcl::File file = hcl::parse(source, RepoPath::of("main.tf"), diagnostics);
  for (const hcl::Attribute& attribute : file.body().attributes) {
    if (attribute.value->height > hcl::height_limit) std::abort();
    hcl::render_expression(*attribute.value);
  }
  for (const Diagnostic& diagnostic : diagnostics.sorted()) render_diagnostic(diagnostic);
  if (file.has_faults() != diagnostics.has_errors()) std::abort();
  hcl::parse_template(source, RepoPath::of("a.tftpl"), diagnostics);
  return hcl::native_token_digest(source).size() == 64 ? 0 : 1;
}
