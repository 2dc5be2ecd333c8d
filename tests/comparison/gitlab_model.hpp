#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "applied/ledger.hpp"
#include "gitlab/names.hpp"

/// A project of a GitLab with environments and deployments, which answers as the documentation of its API says.
class GitlabModel {
 public:
  struct Record {
    int iid = 0;
    std::string environment;
    std::string commit;
    std::string branch;
    std::string job;
    std::string status = "blocked";
    int created = 0;
    int ended = 0;  ///< minutes; 0: not yet
    bool has_started = false;
    bool has_ref = false;
  };

  /// A gate that can be pressed: its record has a number from now on.
  std::size_t begin(const std::string& state, const std::string& commit, const std::string& branch = "main",
                    const std::string& job = "") {
    stopped_.emplace(state, false);
    records_.push_back(
        {++last_iid_, state, commit, branch, job.empty() ? "apply: " + state : job, "blocked", ++clock_});
    return records_.size() - 1;
  }

  void end(std::size_t record, const std::string& status, bool has_started = true) {
    records_[record].status = status;
    records_[record].ended = ++clock_;
    records_[record].has_started = has_started;
    records_[record].has_ref = status == "success";
    if (status == "success") stopped_[records_[record].environment] = false;
  }

  /// With all its records and refs.
  void delete_environment(const std::string& state) {
    stopped_.erase(state);
    std::erase_if(records_, [&](const Record& record) { return record.environment == state; });
  }

  /// The ref goes, the record stays.
  void archive(std::size_t record) { records_[record].has_ref = false; }

  void stop(const std::string& state) { stopped_[state] = true; }
  bool is_stopped(const std::string& state) const { return stopped_.contains(state) && stopped_.at(state); }
  const std::vector<Record>& records() const { return records_; }

  statelane::applied::Sources sources(bool has_api) {
    statelane::applied::Sources result;
    if (has_api) result.api = statelane::applied::ApiPlace{"https://gitlab.example.com/api/v4", "77", "JOB-TOKEN", "t"};
    result.branch = "main";
    result.world = {[this](const auto& request, const auto&) { return answer(request.url); },
                    [](std::chrono::milliseconds) {}, &std::chrono::steady_clock::now};
    result.list_refs = [this](const std::vector<std::string>&) {
      std::vector<statelane::applied::DeploymentRef> refs;
      for (const Record& record : records_) {
        if (!record.has_ref) continue;
        refs.push_back({fmt::format("refs/environments/{}/deployments/{}",
                                    statelane::gitlab::environment_slug(record.environment), record.iid),
                        record.commit});
      }
      return refs;
    };
    return result;
  }

 private:
  static std::string value_of(const std::string& url, const std::string& name) {
    for (const std::string& mark : {"?" + name + "=", "&" + name + "="}) {
      const std::size_t at = url.find(mark);
      if (at == std::string::npos) continue;
      const std::size_t begin = at + mark.size();
      return url.substr(begin, url.find('&', begin) - begin);
    }
    return "";
  }

  static std::string time_text(int minutes) {
    return fmt::format("2024-01-{:02}T{:02}:{:02}:00Z", 1 + minutes / 1440, minutes / 60 % 24, minutes % 60);
  }

  /// One page of a hundred.
  static statelane::http::Result page_of(const std::vector<std::string>& entries, const std::string& url) {
    const std::size_t page = std::stoul(value_of(url, "page"));
    const std::size_t begin = std::min((page - 1) * 100, entries.size());
    const std::size_t end = std::min(begin + 100, entries.size());
    const std::vector<std::string> shown(entries.begin() + static_cast<std::ptrdiff_t>(begin),
                                         entries.begin() + static_cast<std::ptrdiff_t>(end));
    return statelane::http::Response{200,
                                     {{"x-next-page", end < entries.size() ? fmt::format("{}", page + 1) : ""}},
                                     fmt::format("[{}]", fmt::join(shown, ","))};
  }

  statelane::http::Result answer(const std::string& url) const {
    std::vector<std::string> entries;
    if (url.find("/environments?") != std::string::npos) {
      for (const auto& [name, is_stopped] : stopped_) {
        entries.push_back(fmt::format(R"({{"id": 1, "name": "{}", "slug": "{}", "state": "{}"}})", name,
                                      statelane::gitlab::environment_slug(name), is_stopped ? "stopped" : "available"));
      }
      return page_of(entries, url);
    }
    const std::string order = value_of(url, "order_by");
    const bool is_filtered = !value_of(url, "finished_after").empty();
    if ((order == "finished_at") != is_filtered || (is_filtered && value_of(url, "status") != "success"))
      return statelane::http::Response{400, {}, R"({"message": "must be paired"})"};
    std::vector<Record> found;
    for (const Record& record : records_) {
      if (value_of(url, "status") != record.status) continue;
      const std::string environment = value_of(url, "environment");
      if (environment.empty() || environment == record.environment) found.push_back(record);
    }
    std::stable_sort(found.begin(), found.end(), [&](const Record& left, const Record& right) {
      return order == "id" ? left.iid < right.iid : left.ended < right.ended;
    });
    if (value_of(url, "sort") == "desc") std::reverse(found.begin(), found.end());
    for (const Record& record : found) entries.push_back(render(record));
    return page_of(entries, url);
  }

  static std::string render(const Record& record) {
    const std::string end = record.ended == 0 ? "null" : "\"" + time_text(record.ended) + "\"";
    const std::string start = record.has_started ? "\"" + time_text(record.created) + "\"" : "null";
    return fmt::format(
        R"({{"iid": {}, "ref": "{}", "sha": "{}", "status": "{}", "updated_at": "{}", "environment": {{"name": "{}"}},
            "user": {{"username": "ada"}}, "deployable": {{"name": "{}", "started_at": {}, "finished_at": {}}}}})",
        record.iid, record.branch, record.commit, record.status, time_text(std::max(record.ended, record.created)),
        record.environment, record.job, start, end);
  }

  std::map<std::string, bool> stopped_;  ///< environments by name
  std::vector<Record> records_;
  int clock_ = 0;
  int last_iid_ = 0;
};
