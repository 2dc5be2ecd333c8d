#include <cstdlib>

#include "hcl/parse_json.hpp"
#include "hcl/token_digest.hpp"

using namespace statelane;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr hcl::BlockSchema inner[] = {{"b", 1}};
  static constexpr hcl::BlockSchema schema[] = {{"a", 2, inner}, {"b", 0, inner}};
  const std::string source(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  const hcl::File file = hcl::parse_json(source, RepoPath::of("main.tf.json"), schema, diagnostics);
  for (const hcl::Attribute& attribute : file.body().attributes) hcl::render_expression(*attribute.value);
  for (const Diagnostic& diagnostic : diagnostics.sorted()) render_diagnostic(diagnostic);
  if (file.has_faults() != diagnostics.has_errors()) std::abort();
  return hcl::json_token_digest(source).size() == 64 ? 0 : 1;
}
