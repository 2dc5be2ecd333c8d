#pragma once

#include "gitlab/shape.hpp"

namespace statelane::gitlab {

// The keywords that GitLab knows, by their place, with what each takes: lib/gitlab/ci/config/entry, and the keyword
// reference (https://docs.gitlab.com/ci/yaml/) for those of its paid editions. Everything that asks whether GitLab
// takes a configuration asks here.

/// A visible job with `script` or `run`, all that it extends laid below it.
const Shape& job_shape();
/// A job with `trigger`, which no runner takes.
const Shape& trigger_job_shape();
/// The top of a file, of which all other keys are jobs.
const Shape& root_shape();
/// An entry of `include`.
const Shape& include_shape();

/// Whether the top of a file has this keyword.
bool is_root_keyword(std::string_view name);
/// Whether an entry at the top is a visible job (Entry::Root#filter_jobs!): a map that is no keyword, and also
/// `default` or `workflow` where it holds what makes a job.
bool is_job(const yaml::Value::Entry& entry);
/// Whether `default` takes this keyword; with a few exceptions it may stand at the top too (deprecated).
bool is_default_keyword(std::string_view name);

/// Who may set the keyword in a job that we write.
Setter setter_of(std::string_view name);

/// What GitLab refuses of a job's keywords and their values, and, where its version is known, what it does not know
/// yet. What `default` holds is checked there.
std::vector<KeywordFault> check_job_keywords(const yaml::Value& keywords, std::optional<Version> server = std::nullopt);
/// The same of keywords that are laid over a template's: `job` in `.statelane.yml`, a file of templates.
std::vector<KeywordFault> check_some_job_keywords(const yaml::Value& keywords);
/// What it refuses of everything at the top that is no job.
std::vector<KeywordFault> check_root_keywords(const yaml::Value::Map& root,
                                              std::optional<Version> server = std::nullopt);

/// What it refuses of an entry of `include`: a keyword or value, none or several of the kinds that say where a file is.
std::vector<KeywordFault> check_include_keywords(const yaml::Value& include);
/// What it refuses of a file's header: `spec` with its inputs.
std::vector<KeywordFault> check_header_keywords(const yaml::Value& header);

}  // namespace statelane::gitlab
