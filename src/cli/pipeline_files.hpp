#pragma once

#include "cli/read_trees.hpp"
#include "gitlab/version.hpp"
#include "pipeline/children.hpp"

namespace statelane::cli {

/// The built-in templates with those of the file that the configuration names laid over; errors for that file.
pipeline::TemplateSet load_templates(const LoadedTree& head, Diagnostics& diagnostics,
                                     const comparison::TrustedConfig* trusted = nullptr);

/// The server's version as the configuration says it, else the assumed one.
gitlab::Version configured_version(const config::Config& config);

/// The version of the server whose job this is, where there is one.
gitlab::Version server_version(const gitlab::PredefinedVariables& variables, const config::Config& config);

/// The text of one file. GitLab limits it too, though it is smaller than what it parses to, but for comments and
/// escaped characters: above the limit it has no comments, and throws `Error` (user's files) where it is too long
/// still.
std::string render_file(const pipeline::Pipeline& file, const gitlab::Version& server);

/// What a pipeline is told of the job that writes it, and of the command line.
pipeline::PipelineRequest describe_job(const LoadedTree& head, const Options& options);

/// For each of the states that takes part in the cache of providers, the content id of its `.terraform.lock.hcl`, empty
/// when there is none.
std::map<std::string, std::string> find_lock_files(const LoadedTree& head, const std::vector<std::string>& ids);

/// Refuses several files without a name, and warns of a name that GitLab does not include.
void check_output(const Options& options);

/// Writes all files of all children, or none; those that an earlier run made for more children are removed.
void write_children(const std::vector<pipeline::Child>& children, const gitlab::Version& server,
                    const Options& options);

/// Writes to `--output` by rename, else to standard output.
void write_pipeline(std::string_view text, const Options& options);

}  // namespace statelane::cli
