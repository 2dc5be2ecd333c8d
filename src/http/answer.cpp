#include "http/answer.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

#include "base/escape.hpp"

namespace statelane::http {

std::string reason_of(const Response& response) {
  const auto answer = nlohmann::json::parse(response.body, nullptr, false);
  if (!answer.is_object()) return "";
  for (const char* key : {"message", "error_description", "error"}) {
    const auto found = answer.find(key);
    if (found == answer.end()) continue;
    constexpr std::size_t most_told = 200;
    const std::string text = found->is_string() ? found->get<std::string>()
                                                : found->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return ": " + escape_for_terminal(cut_text(text, most_told));
  }
  return "";
}

std::optional<std::chrono::milliseconds> retry_after(const Response& response) {
  const auto header = response.headers.find("retry-after");
  if (header == response.headers.end()) return std::nullopt;
  long seconds = 0;
  const std::string& text = header->second;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (fault != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > 86'400) return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace statelane::http
