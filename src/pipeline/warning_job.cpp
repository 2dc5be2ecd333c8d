#include "pipeline/warning_job.hpp"

#include "base/utf8.hpp"
#include "pipeline/lane_jobs.hpp"

namespace statelane::pipeline {

namespace {

void append_printable(std::string_view line, std::string& text) {
  while (!line.empty()) {
    const Utf8Character character = first_utf8_character(line);
    const std::size_t length = character.length == 0 ? 1 : character.length;
    const bool is_control = character.value < 0x20 || (character.value >= 0x7F && character.value < 0xA0);
    text += is_control ? "?" : line.substr(0, length);
    line.remove_prefix(length);
  }
}

}  // namespace

Job build_warning_job(std::string name, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    if (!text.empty()) text += '\n';
    append_printable(line, text);
  }
  return {std::move(name),
          {},
          {{"extends", ".statelane-warning"},
           {"variables", yaml::Value::Map{{"STATELANE_REASON", literal_variable(text)}}},
           {"needs", yaml::Value::List{}}}};
}

}  // namespace statelane::pipeline
