#pragma once

#include <cstdint>

#include "yaml/read_document.hpp"

namespace YAML {
class Exception;
}

namespace statelane::yaml {

/// What yaml-cpp found wrong in a document, with its place in the file and in words for the person who wrote it.
Fault to_fault(const YAML::Exception& fault, std::uint32_t file, const DocumentText& part);

}  // namespace statelane::yaml
