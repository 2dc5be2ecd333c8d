#include "terragrunt/units.hpp"

#include <algorithm>
#include <map>

#include "base/digest.hpp"
#include "terragrunt/name_uses.hpp"
#include "terragrunt/read_unit.hpp"

namespace statelane::terragrunt {

namespace {

class Finder {
 public:
  Finder(const repo::Tree& tree, const Candidates& candidates, const std::function<bool(const RepoPath&)>& has_code,
         Diagnostics& diagnostics)
      : candidates_(candidates), has_code_(has_code), files_(tree), parsed_(files_, diagnostics) {
    stacks_ = expand_stacks(candidates.stacks, files_, parsed_, generated_, diagnostics);
  }

  Units find() {
    std::map<RepoPath, Unit> units;
    for (const GeneratedUnit& generated : stacks_.units) {
      if (!is_wanted_generated(generated)) continue;
      units.insert_or_assign(generated.directory, read_generated(generated));
    }
    for (const RepoPath& directory : candidates_.units) {
      if (units.contains(directory)) continue;
      if (const char* why = why_template(directory)) {
        result_.others.push_back({directory, why});
        continue;
      }
      units.emplace(directory, read(directory));
    }
    drop_roots(units);
    for (auto& [directory, unit] : units) result_.units.push_back(std::move(unit));
    resolve_stacks();
    add_upstream_reads();
    return std::move(result_);
  }

 private:
  /// A directory that is copied to be a stack, and no unit's template, makes none.
  bool is_wanted_generated(const GeneratedUnit& generated) const {
    return !generated.source || files_.kind(generated.directory.child("terragrunt.hcl")) == Files::Kind::file ||
           files_.kind(generated.directory.child("terragrunt.hcl.json")) == Files::Kind::file;
  }

  /// Null where the directory is a unit.
  const char* why_template(const RepoPath& directory) {
    const auto lies_in = [&](const std::set<RepoPath>& places) {
      return std::any_of(places.begin(), places.end(),
                         [&](const RepoPath& place) { return directory.is_within(place); });
    };
    if (lies_in(stacks_.unit_templates) || lies_in(stacks_.stack_templates))
      return "a template: stack files make units of it elsewhere";
    const hcl::File* file = parsed_.find(directory.child("terragrunt.hcl"));
    const bool has_values = files_.kind(directory.child("terragrunt.values.hcl")) == Files::Kind::file;
    if (file != nullptr && !has_values && uses_name(file->body(), "values"))
      return "a template: it uses values that only a stack gives";
    return nullptr;
  }

  Unit read(const RepoPath& directory) {
    Evaluation evaluation(files_, parsed_, generated_, directory);
    Unit unit;
    unit.directory = directory;
    unit.files = files_.origin(directory);
    const auto file = evaluation.config_file_in(directory, {directory, 0});
    unit.place = {file.value_or(directory), 0};
    read_unit(evaluation, file, "", unit);
    return unit;
  }

  Unit read_generated(const GeneratedUnit& generated) {
    Evaluation evaluation(files_, parsed_, generated_, generated.directory);
    evaluation.log() = generated.log;
    Unit unit;
    unit.directory = generated.directory;
    unit.is_generated = true;
    unit.place = generated.place;
    unit.stacks = generated.stacks;
    unit.files = generated.source.value_or(generated.directory);
    const auto file = generated.source ? evaluation.config_file_in(generated.directory, generated.place) : std::nullopt;
    read_unit(evaluation, file, generated.mark, unit);
    return unit;
  }

  /// A file that others include, or that lies above them, and that has nothing to run is a root and no unit.
  void drop_roots(std::map<RepoPath, Unit>& units) {
    std::set<RepoPath> included;
    for (const auto& [directory, unit] : units) {
      for (const RepoPath& file : unit.log.included) included.insert(file.parent());
    }
    for (auto unit = units.begin(); unit != units.end();) {
      const RepoPath& directory = unit->first;
      const bool has_nothing = !unit->second.has_source && !unit->second.is_generated && !has_code_(directory);
      const bool is_above = std::any_of(units.begin(), units.end(), [&](const auto& other) {
        return other.first != directory && other.first.is_within(directory);
      });
      if (!has_nothing || (!is_above && !included.contains(directory))) {
        ++unit;
        continue;
      }
      result_.others.push_back({directory, "a root that units include: it has nothing to run itself"});
      unit = units.erase(unit);
    }
  }

  /// A dependency on a stack's directory is one on each of its units.
  void resolve_stacks() {
    for (Unit& unit : result_.units) {
      std::vector<Dependency> resolved;
      for (const Dependency& dependency : unit.dependencies) {
        const std::size_t before = resolved.size();
        if (!stacks_.directories.contains(dependency.directory)) {
          resolved.push_back(dependency);
          continue;
        }
        for (const Unit& other : result_.units) {
          const bool is_made =
              std::find(other.stacks.begin(), other.stacks.end(), dependency.directory) != other.stacks.end();
          if (is_made || other.directory == dependency.directory)
            resolved.push_back({other.directory, dependency.origin});
        }
        if (resolved.size() == before) resolved.push_back(dependency);
      }
      unit.dependencies = std::move(resolved);
    }
  }

  /// To fetch outputs the configuration of the upstream unit is read, which says where its state is.
  void add_upstream_reads() {
    std::map<RepoPath, const Unit*> by_directory;
    for (const Unit& unit : result_.units) by_directory.emplace(unit.directory, &unit);
    std::vector<std::vector<Read>> upstream(result_.units.size());
    std::vector<std::string> marks(result_.units.size());
    for (std::size_t index = 0; index < result_.units.size(); ++index) {
      const Unit& unit = result_.units[index];
      for (const auto* list : {&unit.dependencies, &unit.log.fetched}) {
        for (const Dependency& dependency : *list) {
          add_probes(dependency, upstream[index]);
          const auto found = by_directory.find(dependency.directory);
          if (found == by_directory.end()) continue;
          const auto& reads = found->second->log.reads;
          std::copy_if(reads.begin(), reads.end(), std::back_inserter(upstream[index]),
                       [](const Read& read) { return read.kind == Read::Kind::evaluated; });
          marks[index] += found->second->state_mark;
        }
      }
    }
    for (std::size_t index = 0; index < result_.units.size(); ++index) {
      Unit& unit = result_.units[index];
      auto& reads = unit.log.reads;
      reads.insert(reads.end(), upstream[index].begin(), upstream[index].end());
      std::sort(reads.begin(), reads.end());
      reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
      unit.fingerprint = sha256_hex(unit.fingerprint + marks[index]);
    }
  }

  /// Where the upstream unit would be found.
  void add_probes(const Dependency& dependency, std::vector<Read>& reads) const {
    const RepoPath& directory = dependency.directory;
    if (!directory.is_root()) reads.push_back({Read::Kind::evaluated, directory, {}, dependency.origin});
    for (const std::string_view name : {"terragrunt.hcl.json", "terragrunt.hcl", "terragrunt.stack.hcl",
                                        "terragrunt.autoinclude.hcl", "terragrunt.values.hcl"}) {
      const RepoPath path = directory.child(name);
      reads.push_back({Read::Kind::evaluated, path, {}, dependency.origin});
      if (files_.origin(path) != path)
        reads.push_back({Read::Kind::evaluated, files_.origin(path), {}, dependency.origin});
    }
  }

  const Candidates& candidates_;
  const std::function<bool(const RepoPath&)>& has_code_;
  Files files_;
  ParsedFiles parsed_;
  GeneratedFiles generated_;
  Stacks stacks_;
  Units result_;
};

}  // namespace

Units find_units(const repo::Tree& tree, const Candidates& candidates,
                 const std::function<bool(const RepoPath&)>& has_code, Diagnostics& diagnostics) {
  if (candidates.empty()) return {};
  return Finder(tree, candidates, has_code, diagnostics).find();
}

}  // namespace statelane::terragrunt
