#pragma once

namespace statelane::emit {

/// The page's style: light and dark as the reader's system has it, one column on a phone.
extern const char* const report_style;

/// Search and filter, without which the page is whole too.
extern const char* const report_script;

}  // namespace statelane::emit
