#include "runner/artifacts.hpp"

#include "base/digest.hpp"
#include "runner/escape_filter.hpp"

namespace statelane::runner {

namespace fs = std::filesystem;

files::Place artifacts_directory(const fs::path& project) { return {project, ".statelane"}; }

std::vector<std::string> list_lanes(const files::Place& artifacts) {
  std::vector<std::string> names = files::list(artifacts);
  std::erase_if(names, [&](const std::string& name) {
    return fs::symlink_status((artifacts / name).path()).type() == fs::file_type::regular;
  });
  return names;
}

ArtifactPaths artifact_paths(const LaneDescription& lane) {
  const files::Place directory = artifacts_directory(lane.project_directory) / lane.slug;
  return {directory,
          directory / "plan.bin",
          directory / "plan.json",
          directory / "meta.json",
          directory / "review.json",
          directory / "certificate.json",
          directory / "plan.txt",
          directory / "output.txt",
          directory / "errored.tfstate",
          directory / "outputs.env",
          directory / "applied.json",
          directory / "apply.txt",
          directory / "terraform.lock.hcl",
          directory / "files"};
}

fs::path lane_directory(const LaneDescription& lane) {
  const fs::path& top = lane.files_directory.empty() ? lane.project_directory : lane.files_directory;
  return lane.directory.empty() || lane.directory == "." ? top : top / lane.directory;
}

bool is_encrypted_plan(const files::Place& plan_file) {
  constexpr std::size_t looked_at = std::size_t{64} * 1024;
  const std::string begin = files::read_start(plan_file, looked_at).value_or("");
  return begin.starts_with('{') && begin.find("\"encrypted_data\"") != std::string::npos;
}

std::string digest_file(const files::Place& file, const std::function<bool()>& is_stopping) {
  Sha256 digest;
  const auto add = [&](std::string_view piece) {
    if (is_stopping && is_stopping()) throw Stopped{};
    digest.add(piece);
  };
  return files::read_pieces(file, files::largest_file, add) ? digest.finish_hex() : "";
}

std::string digest_followed(const fs::path& file) {
  const auto place = files::follow(file);
  return place ? digest_file(*place) : "";
}

std::optional<std::string> read_followed(const fs::path& file, std::uint64_t most) {
  const auto place = files::follow(file);
  return place ? files::read(*place, most) : std::nullopt;
}

void write_plain_text(const files::Place& from, const files::Place& to) {
  files::Draft target(to);
  EscapeFilter filter(EscapeFilter::Colours::removed);
  std::string plain;
  files::read_pieces(from, files::largest_file, [&](std::string_view piece) {
    plain.clear();
    filter.add(piece, plain);
    target.write(plain);
  });
  target.keep();
}

}  // namespace statelane::runner
