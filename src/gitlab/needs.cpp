#include "gitlab/needs.hpp"

namespace statelane::gitlab {

namespace {

bool is_value(const yaml::Value& item, std::string_view key, bool value) {
  const yaml::Value* flag = item.find(key);
  return flag != nullptr && flag->as_bool() != nullptr && *flag->as_bool() == value;
}

void add_need(const yaml::Value& item, Needs& needs) {
  if (item.as_string() != nullptr) {
    needs.jobs.push_back({*item.as_string(), &item});
  } else if (item.find("project") != nullptr || item.find("pipeline") != nullptr) {
    ++needs.of_other_pipelines;
  } else if (const yaml::Value* name = item.find("job"); name != nullptr && name->as_string() != nullptr) {
    needs.jobs.push_back(
        {*name->as_string(), name, is_value(item, "optional", true), !is_value(item, "artifacts", false)});
  }
}

void add_needs(const yaml::Value::List& list, int level, Needs& needs) {
  constexpr int most_levels = 10;  // Entry::Needs
  for (const yaml::Value& item : list) {
    if (item.as_list() == nullptr) {
      add_need(item, needs);
    } else if (level < most_levels) {
      add_needs(*item.as_list(), level + 1, needs);
    }
  }
}

/// What is left when jobs without an edge `to` something that is left are taken away, until nothing more goes.
std::vector<bool> without_ends(std::span<const std::vector<std::size_t>> to, std::vector<bool> is_left) {
  std::vector<std::vector<std::size_t>> from(to.size());
  std::vector<std::size_t> count(to.size(), 0);
  std::vector<std::size_t> ends;
  for (std::size_t job = 0; job < to.size(); ++job) {
    for (const std::size_t other : to[job]) {
      if (!is_left[job] || !is_left[other]) continue;
      from[other].push_back(job);
      ++count[job];
    }
    if (is_left[job] && count[job] == 0) ends.push_back(job);
  }
  while (!ends.empty()) {
    const std::size_t end = ends.back();
    ends.pop_back();
    is_left[end] = false;
    for (const std::size_t job : from[end]) {
      if (--count[job] == 0) ends.push_back(job);
    }
  }
  return is_left;
}

}  // namespace

Needs read_needs(const yaml::Value* needs) {
  Needs result;
  if (needs == nullptr) return result;
  const yaml::Value::List* list = needs->as_list();
  if (list == nullptr) {
    add_need(*needs, result);
    return result;
  }
  add_needs(*list, 1, result);
  return result;
}

std::vector<std::size_t> find_circles(std::span<const std::vector<std::size_t>> needed) {
  std::vector<std::vector<std::size_t>> needing(needed.size());
  for (std::size_t job = 0; job < needed.size(); ++job) {
    for (const std::size_t other : needed[job]) needing[other].push_back(job);
  }
  const std::vector<bool> is_left = without_ends(needing, without_ends(needed, std::vector<bool>(needed.size(), true)));
  std::vector<std::size_t> circles;
  for (std::size_t job = 0; job < needed.size(); ++job) {
    if (is_left[job]) circles.push_back(job);
  }
  return circles;
}

}  // namespace statelane::gitlab
