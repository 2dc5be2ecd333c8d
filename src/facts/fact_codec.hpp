#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "terraform/file_facts.hpp"
#include "terraform/template_file.hpp"
#include "terraform/variable_file.hpp"

namespace statelane::facts {

/// Facts as bytes. `Facts` is one of `FileFacts`, `VariableFile`, `TemplateFile` of the room `terraform`; every field
/// of theirs is written, so that what comes back tells no difference.
template <typename Facts>
std::string encode_facts(const Facts& facts);

/// What `encode_facts` of this very program wrote; empty for other bytes.
template <typename Facts>
std::optional<Facts> decode_facts(std::string_view bytes);

extern template std::string encode_facts(const terraform::FileFacts&);
extern template std::string encode_facts(const terraform::VariableFile&);
extern template std::string encode_facts(const terraform::TemplateFile&);
extern template std::optional<terraform::FileFacts> decode_facts(std::string_view);
extern template std::optional<terraform::VariableFile> decode_facts(std::string_view);
extern template std::optional<terraform::TemplateFile> decode_facts(std::string_view);

}  // namespace statelane::facts
