#include "repo/likeness.hpp"

#include <git2/sys/hashsig.h>

namespace statelane::repo {

Likeness::Likeness(std::string_view text) {
  git_hashsig* signature = nullptr;
  const auto options = static_cast<git_hashsig_option_t>(GIT_HASHSIG_IGNORE_WHITESPACE | GIT_HASHSIG_ALLOW_SMALL_FILES);
  if (git_hashsig_create(&signature, text.data(), text.size(), options) == 0) signature_.reset(signature);
}

int Likeness::percent(const Likeness& other) const {
  if (!signature_ || !other.signature_) return 0;
  const int result = git_hashsig_compare(signature_.get(), other.signature_.get());
  return result < 0 ? 0 : result;
}

void Likeness::Free::operator()(git_hashsig* signature) const { git_hashsig_free(signature); }

}  // namespace statelane::repo
