#!/bin/sh
# Fails on C++ that clang-format would write otherwise. usage: check_format.sh SOURCE_DIRECTORY
set -eu
cd "$1"
find src tests -name node_modules -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print | sort | xargs clang-format --dry-run -Werror
