# Turns templates/jobs/*.yml into a C++ file, since the program is one binary. Run as a script to do it:
#   cmake -DTEMPLATES=<directory> -DOUTPUT=<file> -P embed_templates.cmake
# Included, it adds the file to the room `pipeline`.

if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB files ${TEMPLATES}/*.yml)
  list(SORT files)
  set(entries "")
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME)
    file(READ ${file} text)
    string(APPEND entries "    {\"${name}\", R\"~~~(${text})~~~\"},\n")
  endforeach()
  file(WRITE ${OUTPUT} "#include \"pipeline/builtin_templates.hpp\"

namespace statelane::pipeline {

namespace {

constexpr TemplateFile files[] = {
${entries}};

}  // namespace

std::span<const TemplateFile> builtin_template_files() { return files; }

}  // namespace statelane::pipeline
")
  return()
endif()

file(GLOB job_templates CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/templates/jobs/*.yml)
set(builtin_templates ${CMAKE_CURRENT_BINARY_DIR}/builtin_templates.cpp)
add_custom_command(
  OUTPUT ${builtin_templates}
  COMMAND ${CMAKE_COMMAND} -DTEMPLATES=${PROJECT_SOURCE_DIR}/templates/jobs -DOUTPUT=${builtin_templates}
          -P ${CMAKE_CURRENT_LIST_FILE}
  DEPENDS ${job_templates} ${CMAKE_CURRENT_LIST_FILE}
  VERBATIM)
target_sources(statelane_pipeline PRIVATE ${builtin_templates})
