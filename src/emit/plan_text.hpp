#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace statelane::emit {

/// What `terraform plan` and `tofu plan` print of each object, without colours: address → the block that begins with
/// `# ADDRESS will be created` or its like. Only what is planned counts, not what has changed outside; of addresses
/// that are not among `addresses` nothing is kept. A text of another form has nothing.
std::map<std::string, std::string> split_plan_text(std::string_view text, const std::vector<std::string>& addresses);

}  // namespace statelane::emit
