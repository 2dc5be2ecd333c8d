#include "cli/remembered_ids.hpp"

#include "cli/open_facts.hpp"
#include "facts/write_file.hpp"
#include "repo/read_file.hpp"

namespace statelane::cli {

namespace {

std::filesystem::path file_of(const std::filesystem::path& directory) { return directory / "states.ids"; }

}  // namespace

std::string render_ids(const states::StateGraph& graph) {
  std::string result;
  for (const states::State& state : graph.states()) result += state.id + "\n";
  return result;
}

void remember_ids(const repo::Repository& repository, const Options& options, const states::StateGraph& graph) {
  const auto directory = cache_directory(repository, options);
  if (!directory) return;
  const std::string ids = render_ids(graph);
  if (recall_ids(repository, options) == ids) return;
  std::error_code fault;
  std::filesystem::create_directories(*directory, fault);
  facts::write_file(file_of(*directory), ids);
}

std::optional<std::string> recall_ids(const repo::Repository& repository, const Options& options) {
  const auto directory = cache_directory(repository, options);
  std::error_code fault;
  return directory ? repo::read_whole_file(file_of(*directory), fault) : std::nullopt;
}

}  // namespace statelane::cli
