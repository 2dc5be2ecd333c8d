#include "emit/owners.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "emit/words.hpp"

namespace statelane::emit {

namespace {

using Json = nlohmann::ordered_json;

std::string join(const std::vector<std::string>& names) {
  return escape_for_terminal(fmt::format("{}", fmt::join(names, ", ")));
}

Json texts_of(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(escape_non_utf8(text));
  return list;
}

}  // namespace

std::string describe_owners(const comparison::StateOwners& owners) {
  // Several lines of one section are one answer here.
  std::map<std::pair<std::string, bool>, std::set<std::string>> sections;
  for (const gitlab::Ownership& found : owners.owners)
    sections[{found.section, found.is_optional}].insert(found.owners.begin(), found.owners.end());
  std::string text;
  for (const auto& [section, names] : sections) {
    text += (text.empty() ? "" : ", ") + escape_for_terminal(fmt::format("{}", fmt::join(names, ", ")));
    if (!section.first.empty())
      text += fmt::format(" ({}{})", escape_for_terminal(section.first), section.second ? ", optional" : "");
  }
  return text;
}

std::string render_owners_text(const comparison::OwnersAnswer& answer, const View& view) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [id, owners] : answer.states) {
    const std::string text = describe_owners(owners);
    rows.push_back(
        {escape_for_terminal(id), text.empty() ? "-" : text, owners.not_asked.empty() ? "-" : join(owners.not_asked)});
  }
  return render_table({{"STATE", Cut::last}, {"OWNERS", Cut::first, true}, {"NOT ASKED", Cut::first, true}}, rows,
                      view);
}

std::string render_owners_json(const comparison::OwnersAnswer& answer) {
  Json json = {{"schema", "statelane/owners/1"},
               {"file", answer.file.empty() ? Json(nullptr) : Json(answer.file)},
               {"states", Json::array()}};
  for (const auto& [id, owners] : answer.states) {
    Json entry = {{"id", escape_non_utf8(id)}, {"owners", Json::array()}, {"not_asked", texts_of(owners.not_asked)}};
    for (const gitlab::Ownership& found : owners.owners) {
      entry["owners"].push_back(
          {{"section", found.section.empty() ? Json(nullptr) : Json(escape_non_utf8(found.section))},
           {"optional", found.is_optional},
           {"approvals", found.approvals},
           {"owners", texts_of(found.owners)},
           {"line", found.line}});
    }
    json["states"].push_back(std::move(entry));
  }
  return json.dump(2) + "\n";
}

}  // namespace statelane::emit
