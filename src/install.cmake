# What is installed, and the packages made of it. Man page and completions are printed by the program itself, so that
# they say what it does.

include(GNUInstallDirs)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY TRUE)

install(TARGETS statelane RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/templates/config.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/statelane)

# install_printed(DIRECTORY NAME ARGUMENT…) installs what `statelane ARGUMENT…` prints as DIRECTORY/NAME.
function(install_printed directory name)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/printed/${name})
  list(JOIN ARGN "\" \"" arguments)
  install(CODE "
    file(MAKE_DIRECTORY \"${CMAKE_CURRENT_BINARY_DIR}/printed\")
    execute_process(COMMAND ${CMAKE_CROSSCOMPILING_EMULATOR} \"$<TARGET_FILE:statelane>\" \"${arguments}\" OUTPUT_FILE \"${file}\"
                    COMMAND_ERROR_IS_FATAL ANY)")
  install(FILES ${file} DESTINATION ${directory})
endfunction()

install_printed(${CMAKE_INSTALL_MANDIR}/man1 statelane.1 man)
install_printed(${CMAKE_INSTALL_DATADIR}/bash-completion/completions statelane completion bash)
install_printed(${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions _statelane completion zsh)
install_printed(${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d statelane.fish completion fish)

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_VENDOR "Statelane")
set(CPACK_PACKAGE_CONTACT "Statelane maintainers <maintainers@statelane.example.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "GitLab child pipelines for repositories with many Terraform states")
set(CPACK_PACKAGE_FILE_NAME "statelane-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_STRIP_FILES TRUE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)  # also where another machine packs it
endif()
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS git)
if(NOT STATELANE_STATIC)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
endif()
include(CPack)
