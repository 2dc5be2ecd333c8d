#include "states/module_walk.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/glob.hpp"
#include "repo/links.hpp"
#include "states/own_source.hpp"
#include "states/path_inputs.hpp"
#include "states/remote_reads.hpp"
#include "states/trace.hpp"

namespace statelane::states {

namespace {

using hcl::Value;
using terraform::FileReference;
using terraform::ReferenceKind;

/// A source that names nothing in the repository, whatever its unknown parts are, needs no arguments.
bool may_be_local(const Value& source, std::span<const std::string> own_addresses) {
  const auto texts = to_texts(source);
  return std::any_of(texts.begin(), texts.end(), [&](const PossibleText& text) {
    if (text.text.empty()) return false;
    return !text.text.front() || is_local_source(*text.text.front()) ||
           find_own_beginning(*text.text.front(), own_addresses).has_value();
  });
}

bool reads_workspace(const terraform::FileFacts& facts) {
  constexpr std::string_view name = "terraform.workspace";
  return std::binary_search(facts.open_names.begin(), facts.open_names.end(), name) ||
         std::binary_search(facts.source_names.begin(), facts.source_names.end(), name);
}

}  // namespace

/// A call with what is known of its source and arguments; without arguments it has no instance.
struct ModuleWalk::FoldedCall {
  const ModuleScope& caller;
  const Module::Call& call;
  Value source;
  std::vector<Arguments> instances;
};

/// `via` is the module's input; empty for the state's own directory.
void ModuleWalk::visit_module(const Module& module, const std::string& path, Arguments arguments,
                              std::optional<std::uint32_t> via) {
  std::set<std::string>& seen = calls_[module.directory];
  if (seen.size() >= most_calls_of_a_module) {
    for (auto& [name, value] : arguments)
      value = Value{Value::Unknown{"the module is called too often to follow each call", {}, false, value.may_climb()}};
  }
  if (!seen.insert(path + to_fingerprint(arguments)).second) return;
  const ModuleScope scope(module, lane_, path, std::move(arguments), via == root_);
  const Fold fold = [&](const hcl::Expression& expression, std::span<const hcl::Variable> variables) {
    return scope.fold(expression, variables);
  };
  note_cut_files(module, via);
  for (const LoadedFile& file : module.files) {
    closure_.reads_workspace = closure_.reads_workspace || reads_workspace(*file.facts);
    for (const FileReference& reference : file.facts->references) {
      // What names modules counts where they are called.
      if (!reference.defines.empty() && module.is_only_for_sources(reference.defines)) continue;
      references_.add(reference, fold, {via, {file.path, reference.line}}, module.directory);
    }
  }
  for (const Module::Read& read : module.remote_states) add_reads(module, read, fold, via);
  visit_calls(scope, via, true);
}

/// Of a call without instances nothing is evaluated, but Terraform loads it with all that it calls.
void ModuleWalk::load_module(const Module& module, const std::string& path, std::optional<std::uint32_t> via) {
  if (!loaded_.insert(module.directory).second) return;
  note_cut_files(module, via);
  visit_calls(ModuleScope(module, lane_, path, {}, false), via, false);
}

void ModuleWalk::note_cut_files(const Module& module, std::optional<std::uint32_t> via) {
  for (const LoadedFile& file : module.files) {
    if (file.facts->is_cut) references_.add_cut_file(file.path, via);
  }
}

void ModuleWalk::visit_calls(const ModuleScope& scope, std::optional<std::uint32_t> via, bool is_evaluated) {
  for (const Module::Call& call : scope.module().calls) {
    if (call.call.source == nullptr) continue;
    Value source = scope.fold(*call.call.source);
    if (!may_be_local(source, sources_.modules.own_repository().addresses)) continue;
    const Reach reach{via, {call.file->path, call.call.line}};
    auto instances = is_evaluated ? scope.arguments_of(call) : std::vector<Arguments>{};
    visit_call({scope, call, std::move(source), std::move(instances)}, reach);
  }
}

void ModuleWalk::add_reads(const Module& module, const Module::Read& read, const Fold& fold,
                           std::optional<std::uint32_t> via) {
  RemoteReads found = find_remote_reads(module, read, fold, lane_.working_directory, closure_.unknown);
  for (RemoteRead& each : found.reads) {
    if (std::find(closure_.reads.begin(), closure_.reads.end(), each) == closure_.reads.end())
      closure_.reads.push_back(std::move(each));
  }
  for (const Value& file : found.files) references_.add_state_file(file, {via, {read.file->path, read.block.line}});
}

void ModuleWalk::visit_call(const FoldedCall& call, const Reach& reach) {
  for (const PossibleText& source : to_texts(call.source)) {
    const bool is_known =
        std::all_of(source.text.begin(), source.text.end(), [](const auto& piece) { return piece.has_value(); });
    if (is_known) {
      std::string text;
      for (const auto& piece : source.text) text += *piece;
      if (follow_own_source(call, text, reach)) continue;
      if (is_local_source(text) && !lies_in_terraform_directory(text)) follow_call(call, text, reach);
    } else {
      follow_unknown_source(call, source, reach);
    }
  }
}

void ModuleWalk::follow_call(const FoldedCall& call, std::string_view source, const Reach& reach) {
  const std::string_view name = call.call.call.name;
  repo::Resolved resolved;
  const auto target = call.caller.target_of(source, resolved);
  const Reach way = add_links(resolved, reach, inputs_);
  if (target && lane_.copied && !target->directory.is_within(*lane_.copied)) {
    closure_.unknown.push_back({reach.place, fmt::format("module \"{}\": source \"{}\" lies outside {}, which is all "
                                                         "that Terragrunt copies: end the part to copy with //",
                                                         name, source, lane_.copied->display())});
    return;
  }
  if (!target) {
    closure_.unknown.push_back(
        {reach.place, fmt::format("module \"{}\": source \"{}\" leaves the repository", name, source)});
    return;
  }
  add_submodule(sources_.tree, resolved, way, inputs_);
  if (enter_module(call, *target, way)) return;
  closure_.unknown.push_back(
      {reach.place, fmt::format("module \"{}\": there is no configuration in {}", name, target->directory.display())});
}

/// A module of this repository by its address. What a branch holds is what the next plan of this state reads, so it
/// counts like a local one; a commit or a tag stays what it is, and the text that names it is all that may change.
/// False when it is another repository's.
bool ModuleWalk::follow_own_source(const FoldedCall& call, std::string_view source, const Reach& reach) {
  const facts::OwnRepository& own = sources_.modules.own_repository();
  const auto found = find_own_source(source, own.addresses);
  if (!found) return false;
  // Which refs there are is no question to the tree.
  if (sources_.trace != nullptr) sources_.trace->spoil();
  if (is_commit_id(found->ref) || (own.is_fixed && !found->ref.empty() && own.is_fixed(found->ref))) return true;
  const ModuleTarget target{found->directory, relative_path(lane_.working_directory, found->directory)};
  if (enter_module(call, target, reach)) return true;
  closure_.unknown.push_back({reach.place, fmt::format("module \"{}\": there is no configuration in {}",
                                                       call.call.call.name, found->directory.display())});
  return true;
}

/// False when there is no configuration; the directory is an input all the same.
bool ModuleWalk::enter_module(const FoldedCall& call, const ModuleTarget& target, const Reach& way) {
  const std::uint32_t input = inputs_.add(InputKind::module_directory, target.directory, "", way);
  const Module* module = sources_.modules.find(target.directory, lane_.tool);
  if (module == nullptr) return false;
  for (const Arguments& arguments : call.instances) visit_module(*module, target.path, arguments, input);
  if (call.instances.empty()) load_module(*module, target.path, input);
  return true;
}

/// Every directory that the source may name counts with all its files, and those that are there are followed.
void ModuleWalk::follow_unknown_source(const FoldedCall& call, const PossibleText& source, const Reach& reach) {
  const bool is_open = !source.text.front();
  const bool is_local = !is_open && is_local_source(*source.text.front());
  const auto own = is_open || is_local
                       ? std::nullopt
                       : find_own_beginning(*source.text.front(), sources_.modules.own_repository().addresses);
  if (!is_open && !is_local && !own) return;
  closure_.unknown.push_back({reach.place, fmt::format("module \"{}\": {} is not known: {}", call.call.call.name,
                                                       is_open ? "its source" : "part of its source", source.why)});
  if (own && own->is_whole) {
    enter_module(call, {own->directory, relative_path(lane_.working_directory, own->directory)}, reach);
    return;
  }
  const std::vector<std::uint32_t> covered =
      is_local ? cover_local_source(call, source, reach)
               : std::vector{inputs_.add(InputKind::pattern, own ? own->directory : RepoPath(),
                                         below_glob(own ? own->directory : RepoPath()), reach)};
  for (const std::uint32_t index : links_.with_continuations(covered)) {
    const Input pattern = inputs_[index];
    for (const ScannedDirectory& scanned : sources_.directories_below(pattern.path)) {
      const bool is_meant = !scanned.configuration.empty() &&
                            matches_glob(pattern.glob, scanned.path.child(scanned.configuration.front()).str());
      const ModuleTarget target{scanned.path, relative_path(lane_.working_directory, scanned.path)};
      if (is_meant) enter_module(call, target, {index, reach.place});
    }
  }
}

/// The inputs that cover all that a path known in part may name.
std::vector<std::uint32_t> ModuleWalk::cover_local_source(const FoldedCall& call, const PossibleText& source,
                                                          const Reach& reach) {
  const RepoPath& from = call.caller.module().directory;
  PartialText below = spread(source, from);
  below.push_back("/");
  below.push_back(std::nullopt);
  return add_path_inputs(sources_.tree, from, below, ReferenceKind::file, std::nullopt, reach, inputs_).added;
}

}  // namespace statelane::states
