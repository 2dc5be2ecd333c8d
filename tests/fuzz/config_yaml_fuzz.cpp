#include <cstdint>

#include "config/config.hpp"
#include "config/effective_settings.hpp"
#include "config/executed.hpp"
#include "yaml/read.hpp"

using namespace statelane;

/// The reader that Psych is the model of, and the configuration that is read with it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const RepoPath path = RepoPath::of(config::file_name);
  Diagnostics diagnostics;
  const config::Config config = config::parse_config(text, path, diagnostics);
  config::find_effective_settings(text, path);
  config::settings_for(config, RepoPath::of("services/api"));
  const config::Config both = config::take_executed(config, config, config::Deciding::executed_and_applied);
  config::find_executed_differences(both, config, config::Deciding::executed_and_applied);
  for (const Diagnostic& diagnostic : diagnostics.sorted()) render_diagnostic(diagnostic);
  return 0;
}
