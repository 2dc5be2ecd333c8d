#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/output_files.hpp"
#include "cli/pipeline_files.hpp"
#include "cli/read_trees.hpp"
#include "emit/settings.hpp"
#include "pipeline/builtin_templates.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view about_ejected =
    "# The built-in templates of statelane. Named under pipeline.templates in .statelane.yml, what is here is laid "
    "over\n"
    "# them; leave out what you do not change, so that it follows newer versions.\n";

void refuse_existing(const fs::path& file) {
  if (!fs::exists(file)) return;
  throw Error(ErrorKind::environment, fmt::format("{} is there already", file.string()), {"name another file"});
}

/// One file that `pipeline.templates` can name, or a directory with one file for each.
int eject(const fs::path& target) {
  const auto files = pipeline::builtin_template_files();
  std::vector<OutputFile> written;
  if (target.extension() == ".yml" || target.extension() == ".yaml") {
    refuse_existing(target);
    std::string text(about_ejected);
    for (const pipeline::TemplateFile& file : files) text += "\n" + std::string(file.text);
    written.push_back({target, [text] { return text; }});
  } else {
    std::error_code fault;
    fs::create_directories(target, fault);
    if (fault) {
      throw Error(ErrorKind::environment, fmt::format("cannot create {}: {}", target.string(), fault.message()));
    }
    for (const pipeline::TemplateFile& file : files) {
      refuse_existing(target / file.name);
      written.push_back({target / file.name, [&file] { return std::string(file.text); }});
    }
  }
  write_files(written);
  fmt::print(stderr, "wrote {} templates to {}\n", files.size(), target.string());
  return 0;
}

std::vector<emit::Setting> describe(const pipeline::TemplateSet& templates, const config::Config& config) {
  std::vector<emit::Setting> settings;
  for (const pipeline::KeyOrigin& key : templates.origins()) {
    emit::Setting setting{key.job, key.key, key.value, "built in"};
    if (key.is_overridden) {
      setting.origin = fmt::format("{}:{}:{}", config.templates->text, key.pos.line, key.pos.column);
    } else if (key.key == "artifacts.expire_in" && config.expire_in != config::Config{}.expire_in) {
      setting.value = config.expire_in;
      setting.origin = fmt::format("pipeline.expire_in in {}", config::file_name);
    }
    settings.push_back(std::move(setting));
  }
  return settings;
}

}  // namespace

int run_templates(const Options& options) {
  if (!options.eject.empty()) return eject(options.eject);
  const repo::Repository repository = open_repository(options);
  Diagnostics diagnostics;
  const LoadedTree side = read_tree(repository, options, diagnostics);
  const pipeline::TemplateSet templates = load_templates(side, diagnostics);
  const auto settings = describe(templates, side.config);
  write_output(options.json ? emit::render_settings_json("statelane/templates/1", settings)
                            : emit::render_settings_text(settings, true));
  return write_diagnostics(diagnostics, side.tree.get(), options.strict) ? 1 : 0;
}

}  // namespace statelane::cli
