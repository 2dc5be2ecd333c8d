#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace statelane::runner {

/// One part of a plan, as a certificate has it. No value is in it.
struct CertifiedPart {
  std::string subject;                    ///< `aws_vpc.main`, `output id`, `configuration of aws_vpc.main` …
  std::string actions{};                  ///< `update`, `delete, create`, `import` …; empty where the part has none
  std::vector<std::string> attributes{};  ///< of a resource: names of those that change, sorted
  std::string hash{};                     ///< of its values, with the key; empty: there was none

  friend bool operator==(const CertifiedPart&, const CertifiedPart&) = default;
};

/// What a plan does, so that another plan can be compared with it and nobody learns a value from it:
/// `certificate.json`, schema "statelane/certificate/1".
///
/// With a key each part has a hash of its values (HMAC-SHA256, of which half is kept), those that the plan marks
/// sensitive left out; they count in `digest` alone, which is one hash of all that the apply depends on: what changes,
/// outputs, moves, imports, variables, checks, the configuration. `unchanged` is one hash of the rest: what is read and
/// what stays as it is. Without a key there is no hash at all, since hashes of short values can be guessed.
///
/// Whoever has the key, or may write where the certificate lies and no key is used, can forge it.
struct PlanCertificate {
  std::string state{};
  std::string commit{};         ///< that was planned
  std::string source{};         ///< the merge request's own commit; differs where a merged result was planned
  std::string merge_request{};  ///< its number; empty: the plan was not made for one
  bool is_protected = false;    ///< GitLab said that the merge request's branch is protected
  std::string key_id{};         ///< tells one key from another; empty: without a key
  std::string digest{};
  std::string unchanged{};
  bool is_whole = true;                    ///< false: there are parts that are not told
  std::vector<std::string> holds_time{};   ///< subjects whose values hold the time of the plan, which counts as equal
  std::vector<CertifiedPart> parts{};      ///< what changes, by subject
  std::vector<CertifiedPart> remaining{};  ///< what stays as it is, by subject; not in notes

  friend bool operator==(const PlanCertificate&, const PlanCertificate&) = default;
};

/// Keys shorter than this are not used.
inline constexpr std::size_t shortest_key = 16;

/// The artifact. With a key it is signed.
std::string render_certificate(const PlanCertificate& certificate, std::string_view key);

/// One line for the source of a note, where it is not shown: at most `most` bytes, parts that do not fit left out, and
/// empty where not even the digest fits.
std::string render_hidden_certificate(PlanCertificate certificate, std::string_view key, std::size_t most);

/// What was read, and whether it can be believed.
struct FoundCertificate {
  PlanCertificate certificate;
  bool is_signed = false;  ///< with this key
};

/// Throws `Error{environment}` when it is something else or of another schema.
FoundCertificate parse_certificate(std::string_view text, std::string_view key);

/// Those in a note, in its order; what is none, or damaged, is passed over.
std::vector<FoundCertificate> find_hidden_certificates(std::string_view note, std::string_view key);

/// How a plan differs from the one that was reviewed.
struct CertificateComparison {
  enum class Result {
    equal,         ///< in every value that the apply depends on
    same_actions,  ///< addresses, actions and names of attributes; values were not compared
    different
  } result = Result::different;
  std::vector<std::string> differences{};  ///< one for each address
  std::vector<std::string> remarks{};      ///< what differs and does not count
  bool is_alike_to_the_time = false;       ///< equal, and nothing else differs than the plan's time

  friend bool operator==(const CertificateComparison&, const CertificateComparison&) = default;
};

CertificateComparison compare_certificates(const FoundCertificate& reviewed, const PlanCertificate& now);

}  // namespace statelane::runner
