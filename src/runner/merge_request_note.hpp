#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "http/client.hpp"

namespace statelane::runner {

/// Which merge request the note is for, as GitLab's predefined variables name it, and who writes it.
struct NotePlace {
  std::string api_url;        ///< CI_API_V4_URL
  std::string project;        ///< CI_MERGE_REQUEST_PROJECT_ID: the target, also for a merge request of a fork
  std::string merge_request;  ///< CI_MERGE_REQUEST_IID
  std::string token;          ///< never printed, never part of a message
};

/// What stands below a note. That only its number differs, as another job's does, is no reason to write.
struct NoteFooter {
  std::string before{};
  std::string number{};
  std::string after{};
};

struct Note {
  std::string key;                ///< one note for each; of `[A-Za-z0-9._-]`
  std::string text;               ///< Markdown; GitLab takes 1,000,000 characters with all that stands around it
  NoteFooter footer{};            ///< below it
  bool is_worth_starting = true;  ///< false: only a note that is there already is brought up to date
};

enum class NoteOutcome { written, updated, unchanged, left_out };

/// How requests go out and time passes; tests take others.
struct NoteWorld {
  std::function<http::Result(const http::Request&, const http::Limits&)> send;
  std::function<void(std::chrono::milliseconds)> wait;
  std::function<std::chrono::steady_clock::time_point()> now;
};

/// Brings the merge request's one note up to date: a hidden comment in its first line marks it. Only a note that the
/// token's own user wrote is one: what carries the mark and is somebody else's is passed over. Nothing is sent where
/// the whole note says the same already.
///
/// 429, server errors, broken connections and time-outs are tried again, after the time that `Retry-After` names or
/// 2, 4, 8 … seconds, as long as `patience` lasts; each try looks for the note again, so that an answer that was lost
/// never leaves a second note. Throws `Error` (environment) when it cannot be done.
NoteOutcome publish_note(const NotePlace& place, const Note& note, std::chrono::milliseconds patience,
                         const NoteWorld& world);

/// The network, and the clock. `client` outlives it.
NoteWorld open_note_world(http::Client& client);

}  // namespace statelane::runner
