#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "base/error.hpp"
#include "runner/apply_record.hpp"
#include "runner/drift_result.hpp"
#include "runner/escape_filter.hpp"
#include "runner/output_digests.hpp"
#include "runner/plan_metadata.hpp"
#include "runner/plan_summary.hpp"
#include "runner/planned_paths.hpp"
#include "runner/terraform_messages.hpp"

using namespace statelane;

namespace {

template <typename Parse>
void refuse_or_read(const Parse& parse) {
  try {
    parse();
  } catch (const Error&) {
    // What is no record of ours is refused with a reason; anything else that is thrown is a fault.
  }
}

/// In pieces of every size, as a pipe hands it over.
template <typename Reader>
void feed(Reader reader, std::string_view text) {
  refuse_or_read([&] {
    for (std::size_t size = 1; !text.empty(); size = size * 3 + 1) {
      reader.add(text.substr(0, size));
      text.remove_prefix(std::min(size, text.size()));
    }
    reader.finish();
  });
}

}  // namespace

/// What other jobs left, and what Terraform prints: plans as JSON, metadata, records, and the text of its errors.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  refuse_or_read([&] { runner::render_metadata(runner::parse_metadata(text)); });
  refuse_or_read([&] { runner::render_record(runner::parse_record(text)); });
  refuse_or_read([&] { runner::parse_drift_result(text, "drift.json"); });
  feed(runner::PlanSummaryReader(), text);
  feed(runner::OutputDigestReader(runner::OutputDigestReader::Source::plan, "1"), text);
  feed(runner::OutputDigestReader(runner::OutputDigestReader::Source::output_command, "1"), text);
  feed(runner::PlannedPathsReader(std::filesystem::path("/builds/p")), text);
  runner::explain_failure(text, {"terraform -chdir=net", "net", true});
  const std::string plain = runner::strip_escapes(text);
  if (plain.find('\x1b') != std::string::npos || plain.find('\r') != std::string::npos) std::abort();
  return 0;
}
