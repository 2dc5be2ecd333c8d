#!/usr/bin/env bash
# Runs each fuzz target for some seconds, one at a time, on a copy of its corpus; says how often it ran. What crashes, takes
# more than 5 s or more than 512 MB ends the run, and the input lies in the directory that is printed.
# usage: run.sh DIRECTORY-OF-TARGETS SECONDS [TARGET…]
set -euo pipefail
corpus=$(dirname "$(realpath "$0")")/corpus
targets=$(realpath "$1")
seconds=$2
chosen=("${@:3}")
[ ${#chosen[@]} -gt 0 ] || mapfile -t chosen < <(cd "$targets" && ls -d -- *_fuzz)

scratch=$(mktemp -d)
echo "inputs: $scratch"
cd "$scratch"
for target in "${chosen[@]}"; do
  mkdir "$target"
  [ ! -d "$corpus/$target" ] || cp -R "$corpus/$target/." "$target"
  # libgit2 loses references that it meets on the way to a revision whose object is damaged (git_revparse_single).
  leaks=1
  [ "$target" != repo_objects_fuzz ] || leaks=0
  ASAN_OPTIONS=detect_leaks=$leaks "$targets/$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=512 -print_final_stats=1 -max_len=20000 -close_fd_mask=1 \
    "$target" 2>"$target.log" || { tail -60 "$target.log"; exit 1; }
  echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$target.log") executions"
done
