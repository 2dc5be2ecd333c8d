#include "support/preset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

#include "support/preset_text.hpp"

namespace statelane::support {

namespace {

using namespace std::string_view_literals;
using Kind = repo::EntryKind;
using Quantiles = std::array<std::size_t, 5>;

constexpr Quantiles files_of_a_state = {1, 8, 23, 46, 108};
constexpr Quantiles bytes_of_a_file = {60, 1050, 5500, 19800, 92000};
constexpr Quantiles calls_of_a_state = {0, 2, 13, 48, 166};
constexpr std::array file_names = {"main"sv,    "variables"sv, "outputs"sv, "versions"sv,  "locals"sv,
                                   "data"sv,    "iam"sv,       "s3"sv,      "network"sv,   "alarms"sv,
                                   "service"sv, "dns"sv,       "queues"sv,  "databases"sv, "secrets"sv};
constexpr std::array areas = {"network"sv, "data"sv,     "platform"sv, "payments"sv, "identity"sv,
                              "media"sv,   "shop"sv,     "search"sv,   "risk"sv,     "tools"sv,
                              "support"sv, "security"sv, "billing"sv,  "edge"sv,     "lab"sv};

constexpr std::array presets = {
    Preset{.name = "small",
           .directories = 30,
           .nested = 2,
           .configuration_files = 350,
           .configuration_bytes = 600'000,
           .modules = 30,
           .module_depth = 3,
           .hubs = 1,
           .hub_permille = 500,
           .remote_calls = 1,
           .file_calls = 80,
           .absent_file_calls = 15,
           .other_files = 120,
           .layers = 5,
           .remote_state_permille = 900,
           .has_cycle = true},
    Preset{.name = "typical",
           .directories = 172,
           .nested = 73,
           .configuration_files = 4'100,
           .configuration_bytes = 12'000'000,
           .modules = 143,
           .module_depth = 4,
           .hubs = 2,
           .hub_permille = 600,
           .remote_calls = 2,
           .file_calls = 900,
           .absent_file_calls = 221,
           .other_files = 1'700,
           .layers = 4,
           .remote_state_permille = 300,
           .has_cycle = true},
    Preset{.name = "matrix",
           .directories = 63,
           .nested = 0,
           .configuration_files = 988,
           .configuration_bytes = 2'600'000,
           .modules = 40,
           .module_depth = 2,
           .hubs = 1,
           .hub_permille = 890,
           .remote_calls = 1,
           .file_calls = 660,
           .absent_file_calls = 0,
           .other_files = 1'400,
           .layers = 3,
           .remote_state_permille = 200,
           .has_instances = true},
    Preset{.name = "farm",
           .directories = 1'467,
           .nested = 0,
           .configuration_files = 12'469,
           .configuration_bytes = 19'000'000,
           .remote_calls = 6,
           .file_calls = 1'500,
           .absent_file_calls = 200,
           .other_files = 9'000,
           .layers = 3,
           .remote_state_permille = 200},
    Preset{.name = "large",
           .directories = 5'000,
           .nested = 500,
           .configuration_files = 55'000,
           .configuration_bytes = 150'000'000,
           .modules = 3'500,
           .module_depth = 4,
           .hubs = 3,
           .hub_permille = 800,
           .remote_calls = 1,
           .file_calls = 10'000,
           .absent_file_calls = 2'000,
           .other_files = 12'000,
           .layers = 5,
           .remote_state_permille = 300,
           .has_cycle = true},
};

std::string key_of(const RepoPath& directory) { return directory.str() + "/terraform.tfstate"; }

}  // namespace

Preset find_preset(std::string_view name) {
  for (const Preset& preset : presets) {
    if (preset.name == name) return preset;
  }
  constexpr std::string_view scaled = "states=";
  std::size_t states = 0;
  if (name.starts_with(scaled)) std::from_chars(name.data() + scaled.size(), name.data() + name.size(), states);
  if (states == 0) throw std::invalid_argument("no preset is called " + std::string(name));
  Preset result = presets.back();
  const auto scale = [&](std::size_t& count) { count = count * states / result.directories; };
  for (std::size_t* count : {&result.nested, &result.configuration_files, &result.configuration_bytes, &result.modules,
                             &result.file_calls, &result.absent_file_calls, &result.other_files}) {
    scale(*count);
  }
  result.directories = states;
  result.modules = std::max(result.modules, result.hubs);
  return result;
}

PresetRepository::PresetRepository(const Preset& preset, std::uint64_t seed)
    : preset_(preset), random_(seed, preset.name) {
  place_directories();
  distribute_files();
  add_other_files();
}

void PresetRepository::place_directories() {
  std::set<RepoPath> taken;
  for (std::size_t index = 0; index < preset_.modules; ++index) {
    modules_.push_back(RepoPath::of(fmt::format("modules/{}-{}", make_name(random_), index)));
  }
  for (std::size_t index = 0; index < preset_.directories; ++index) {
    const bool is_nested = index >= preset_.directories - preset_.nested;
    const std::string name = fmt::format("{}-{}", make_name(random_), index);
    const std::string area = fmt::format("{}-{}", random_.pick(areas), random_.below(1 + preset_.directories / 100));
    const std::string above = is_nested ? states_[random_.below(states_.size())].str() : "stacks/" + area;
    states_.push_back(RepoPath::of(above + "/" + name));
    layers_.push_back(preset_.layers == 0 ? 0 : index % preset_.layers);
  }
}

void PresetRepository::distribute_files() {
  // A module has three or four files; the states share the rest by their weights.
  std::vector<std::size_t> weights;
  std::size_t sum = 0;
  for (std::size_t index = 0; index < states_.size(); ++index) {
    weights.push_back(random_.draw(files_of_a_state));
    sum += weights.back();
  }
  const std::size_t of_modules = preset_.modules * 7 / 2;
  const std::size_t rest = preset_.configuration_files - std::min(preset_.configuration_files, of_modules);
  for (std::size_t index = 0; index < modules_.size(); ++index) {
    std::vector<std::string> blocks = {"variable \"name\" {\n  type = string\n}\n",
                                       "variable \"settings_file\" {\n  type    = string\n  default = null\n}\n"};
    const bool calls = index > preset_.modules / 2 && preset_.module_depth > 0;
    for (std::size_t call = calls ? random_.below(4) : 0; call > 0; --call) {
      // Quarters of the list, so that no way is longer than the depth.
      const std::size_t level = index * (preset_.module_depth + 1) / preset_.modules;
      const std::size_t below = std::max<std::size_t>(1, level * preset_.modules / (preset_.module_depth + 1));
      blocks.push_back(module_block(modules_[index], modules_[random_.below(below)]));
    }
    if (random_.chance(200)) blocks.push_back(file_call_block(modules_[index]));
    fill_directory(modules_[index], 3 + index % 2, std::move(blocks));
  }
  std::size_t given = 0;
  std::size_t weight = 0;
  for (std::size_t index = 0; index < states_.size(); ++index) {
    weight += weights[index];
    const std::size_t until = rest * weight / sum;
    const std::size_t count = std::max<std::size_t>(1, until - std::min(until, given));
    given += count;
    fill_directory(states_[index], count, special_blocks(states_[index], index));
    if (preset_.has_instances) add_environments(states_[index]);
  }
}

std::vector<std::string> PresetRepository::special_blocks(const RepoPath& directory, std::size_t index) {
  std::vector<std::string> blocks = {backend_block(directory), "variable \"environment\" {\n  default = \"dev\"\n}\n"};
  add_module_calls(directory, blocks);
  if (preset_.has_cycle && index < 2) blocks.push_back(remote_state_block(directory, states_[1 - index]));
  for (std::size_t turn = 0; layers_[index] > 0 && turn < 3; ++turn) {
    if (!random_.chance(turn == 0 ? preset_.remote_state_permille : 200)) break;
    const std::size_t group = random_.below((states_.size() - layers_[index]) / preset_.layers + 1);
    blocks.push_back(remote_state_block(directory, states_[group * preset_.layers + layers_[index] - 1]));
  }
  const std::size_t due = preset_.file_calls * (index + 1) / states_.size();
  while (made_calls_ < due) blocks.push_back(file_call_block(directory));
  return blocks;
}

std::string PresetRepository::backend_block(const RepoPath& directory) {
  if (preset_.has_instances) {
    return "terraform {\n  backend \"s3\" {\n    region = \"eu-west-1\"\n  }\n}\n";
  }
  const bool is_in_cycle = directory == states_[0] || directory == states_[1];
  const std::size_t kind = is_in_cycle ? 99 : random_.below(100);
  if (kind < 5) {
    return fmt::format(
        "terraform {{\n  backend \"http\" {{\n    address = \"https://gitlab.example.com/api/v4/projects/7/terraform/"
        "state/{}\"\n  }}\n}}\n",
        directory.name());
  }
  if (kind < 10) {
    return fmt::format(
        "terraform {{\n  backend \"s3\" {{\n    bucket               = \"acme-state\"\n    key                  = "
        "\"terraform.tfstate\"\n    workspace_key_prefix = \"{}\"\n    region               = \"eu-west-1\"\n  "
        "}}\n}}\n",
        directory.str());
  }
  return fmt::format(
      "terraform {{\n  required_version = \">= 1.5\"\n  backend \"s3\" {{\n    bucket         = \"acme-state\"\n    "
      "key "
      "           = \"{}\"\n    region         = \"eu-west-1\"\n    dynamodb_table = \"locks\"\n  }}\n}}\n",
      key_of(directory));
}

std::string PresetRepository::remote_state_block(const RepoPath& from, const RepoPath& to) {
  const std::string name = fmt::format("state_{}", random_.below(100'000));
  if (from != to && random_.chance(150)) {
    return fmt::format(
        "locals {{\n  {0}_key = \"{1}\"\n}}\n\ndata \"terraform_remote_state\" \"{0}\" {{\n  backend = \"s3\"\n  "
        "config = {{\n    bucket = \"acme-state\"\n    key    = local.{0}_key\n    region = \"eu-west-1\"\n  }}\n}}\n",
        name, key_of(to));
  }
  return fmt::format(
      "data \"terraform_remote_state\" \"{}\" {{\n  backend = \"s3\"\n  config = {{\n    bucket = \"acme-state\"\n    "
      "key    = \"{}\"\n    region = \"eu-west-1\"\n  }}\n}}\n",
      name, key_of(to));
}

std::string PresetRepository::module_block(const RepoPath& from, const RepoPath& module) {
  const std::string name = fmt::format("{}_{}", module.name(), random_.below(100'000));
  std::string settings;
  if (random_.chance(60)) settings = "  settings_file = \"${path.module}/settings.yaml\"\n";
  return fmt::format("module \"{}\" {{\n  source = \"{}\"\n  name   = \"{}\"\n{}}}\n", name,
                     relative_path(from, module), make_name(random_), settings);
}

void PresetRepository::add_module_calls(const RepoPath& directory, std::vector<std::string>& blocks) {
  for (std::size_t hub = 0; hub < preset_.hubs; ++hub) {
    // Hubs lie in the middle of the list: they call others and are called by nearly all.
    if (random_.chance(preset_.hub_permille)) {
      blocks.push_back(module_block(directory, modules_[modules_.size() / 2 - hub]));
    }
  }
  const std::size_t calls = modules_.empty() ? 0 : std::min<std::size_t>(random_.draw(calls_of_a_state) / 2, 40);
  for (std::size_t call = 0; call < calls; ++call) {
    blocks.push_back(module_block(directory, modules_[random_.below(modules_.size())]));
  }
  for (std::size_t call = 0; call < preset_.remote_calls; ++call) {
    const std::string name = make_name(random_);
    blocks.push_back(fmt::format(
        "module \"{0}_{1}\" {{\n  source  = \"terraform-aws-modules/{0}/aws\"\n  version = \"{2}.{1}.0\"\n\n  name "
        "= \"{0}-${{var.environment}}\"\n  tags = local.tags\n}}\n",
        name, random_.below(1000), 1 + random_.below(9)));
  }
}

std::string PresetRepository::file_call_block(const RepoPath& directory) {
  constexpr std::array endings = {".json"sv, ".tftpl"sv, ".yaml"sv, ".sh"sv};
  const std::string_view ending = random_.pick(endings);
  const std::string name = fmt::format("{}-{}{}", make_name(random_), made_calls_, ending);
  const std::string label = fmt::format("file_{}", made_calls_);
  ++made_calls_;
  const std::string inner = random_.chance(700) ? "files/" + name : name;
  if (made_absent_calls_ < preset_.absent_file_calls && random_.chance(300)) {
    ++made_absent_calls_;
    return fmt::format(
        "locals {{\n  {0} = fileexists(\"${{path.module}}/{1}\") ? file(\"${{path.module}}/{1}\") : \"\"\n}}\n", label,
        inner);
  }
  const bool is_outside = random_.chance(50);
  const RepoPath target = is_outside ? RepoPath::of("shared/" + name) : *directory.resolve(inner);
  files_[target] = {make_other(random_, name, 100 + random_.below(900)), Kind::file};
  if (is_outside) {
    return fmt::format("locals {{\n  {} = file(\"${{path.module}}/{}\")\n}}\n", label,
                       relative_path(directory, target));
  }
  if (ending == ".tftpl") {
    return fmt::format(
        "locals {{\n  {} = templatefile(\"${{path.module}}/{}\", {{ name = \"x\", enabled = true }})\n}}\n", label,
        inner);
  }
  if (random_.chance(80) && inner != name) {
    return fmt::format(
        "locals {{\n  {} = {{ for name in fileset(path.module, \"files/*{}\") : name => "
        "filemd5(\"${{path.module}}/${{name}}\") }}\n}}\n",
        label, ending);
  }
  return fmt::format("locals {{\n  {} = file(\"${{path.module}}/{}\")\n}}\n", label, inner);
}

void PresetRepository::add_environments(const RepoPath& directory) {
  const std::size_t count = random_.chance(790) ? 3 : 2;
  for (const std::string_view name : std::array{"dev"sv, "prod"sv, "staging"sv}) {
    if (count == 2 && name == "staging") continue;
    const RepoPath place = *directory.resolve(fmt::format("env/{}", name));
    files_[place.child("backend.tfvars")] = {
        fmt::format("bucket = \"acme-{}\"\nkey    = \"{}\"\n", name, key_of(directory)), Kind::file};
    files_[place.child("terraform.tfvars")] = {
        fmt::format("environment = \"{}\"\nreplicas    = {}\n", name, 1 + random_.below(5)), Kind::file};
  }
}

void PresetRepository::fill_directory(const RepoPath& directory, std::size_t count, std::vector<std::string> blocks) {
  std::vector<std::string> texts(count);
  for (std::size_t index = 0; index < blocks.size(); ++index) texts[index % count] += blocks[index] + "\n";
  // What the distribution gives is stretched so that the whole repository has the preset's measure.
  constexpr std::size_t drawn_mean = 3'300;
  const std::size_t bytes_left = preset_.configuration_bytes - std::min(preset_.configuration_bytes, written_bytes_);
  const std::size_t files_left = preset_.configuration_files - std::min(preset_.configuration_files, written_files_);
  const std::size_t mean = std::clamp<std::size_t>(bytes_left / std::max<std::size_t>(files_left, 1), 300, 10'000);
  for (std::size_t index = 0; index < count; ++index) {
    const std::string name = index < file_names.size() ? fmt::format("{}.tf", file_names[index])
                                                       : fmt::format("{}-{}.tf", make_name(random_), index);
    const std::size_t wanted = random_.draw(bytes_of_a_file) * mean / drawn_mean;
    std::string& text = texts[index];
    if (text.size() < wanted) text += make_blocks(random_, wanted - text.size());
    written_bytes_ += text.size();
    ++written_files_;
    files_[directory.child(name)] = {std::move(text), Kind::file};
  }
}

void PresetRepository::add_other_files() {
  constexpr std::array names = {"README.md"sv, "values.yaml"sv, "policy.json"sv, "config.yaml"sv,
                                "run.sh"sv,    "page.tftpl"sv,  "notes.txt"sv,   ".terraform-version"sv};
  const std::size_t before = static_cast<std::size_t>(
      std::count_if(files_.begin(), files_.end(), [](const auto& file) { return !file.first.str().ends_with(".tf"); }));
  for (std::size_t index = before; index < preset_.other_files; ++index) {
    const std::string_view name = random_.pick(names);
    const bool is_elsewhere = random_.chance(500);
    const bool is_in_module = !modules_.empty() && random_.chance(150);
    const RepoPath place = is_elsewhere   ? RepoPath::of(fmt::format("apps/{}", make_name(random_)))
                           : is_in_module ? random_.pick(modules_)
                                          : random_.pick(states_);
    const std::string unique =
        name.starts_with('.') || name == "README.md" ? std::string(name) : fmt::format("{}-{}", index, name);
    const RepoPath path = random_.chance(400) ? *place.resolve("files/" + unique) : place.child(unique);
    const bool is_pin = name == ".terraform-version";
    files_[path] = {is_pin ? "1.5.7\n" : make_other(random_, name, 200 + random_.below(3000)), Kind::file};
  }
}

}  // namespace statelane::support
