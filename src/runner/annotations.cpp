#include "runner/annotations.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace statelane::runner {

std::string render_annotations(std::string_view job_url, std::string_view slug, std::string_view file,
                               std::string_view label) {
  if (job_url.empty()) return "";
  using Json = nlohmann::ordered_json;
  const std::string url = fmt::format("{}/artifacts/file/.statelane/{}/{}", job_url, slug, file);
  const Json link = {{"external_link", {{"label", label}, {"url", url}}}};
  return Json{{"statelane", Json::array({link})}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_annotations(const LaneDescription& lane, const JobEnvironment& job, const ArtifactPaths& paths,
                       const files::Place& shown, std::string_view label) {
  const std::string link = render_annotations(job.job_url, lane.slug, shown.name.filename().string(), label);
  if (link.empty()) return;
  files::write(paths.directory / "annotations.json", files::exists(shown) ? link : "{}\n");
}

}  // namespace statelane::runner
