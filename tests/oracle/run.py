#!/usr/bin/python3
"""The long run of the oracle: Terraform itself says what it opens and what it plans. Ends with 1 where something was missed.

usage: run.py [--opened N] [--planned N] [--first SEED] [--jobs N] [--write DIR]

--write DIR leaves each pair of commits as a git repository, DIR/SEED/repository with the branches base and head, and the truth
beside it, DIR/SEED/truth.json: so any other tool can be asked the same. It says how each state is planned (its variable files and
the environment), whether the plans differ, and which paths of the base Terraform looked at.
"""
import argparse
import collections
import json
import os
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent / "e2e")]

import generator
import harness
from judge import Found, Judge, Matcher


def judge_seed(seed, question, matcher):
    """Asks one question, `opened` or `planned`, of one seed."""
    pair = generator.make_pair(seed)
    with tempfile.TemporaryDirectory(prefix="statelane-oracle-") as scratch:
        environment = harness.clean_environment(scratch)
        found = getattr(Judge(pair, Path(scratch), environment, matcher), question)()
    return pair, found


def judge_seeds(seeds, question, jobs=2, tell=lambda found: None):
    """All that the seeds show together, and the kinds that occurred."""
    total, kinds = Found(), set()
    matcher = Matcher()
    with ThreadPoolExecutor(jobs) as pool:
        for pair, found in pool.map(lambda seed: judge_seed(seed, question, matcher), seeds):
            kinds |= pair.kinds
            for name in ("misses", "failures", "wide"):
                getattr(total, name).extend(getattr(found, name))
            for name in ("judged", "opened", "selected"):
                setattr(total, name, getattr(total, name) + getattr(found, name))
            tell(found)
    matcher.close()
    return total, kinds


def write_pair(seed, directory, matcher):
    """Leaves a pair and its truth."""
    pair = generator.make_pair(seed)
    place = Path(directory) / str(seed)
    shutil.rmtree(place, ignore_errors=True)
    (place / "home").mkdir(parents=True)
    environment = harness.clean_environment(place / "home")
    judge = Judge(pair, place, environment, matcher)
    planned = judge.planned()
    judge.checkout.git("branch", "head")
    judge.checkout.git("branch", "base", "HEAD~1")
    with tempfile.TemporaryDirectory() as scratch:
        opened = Judge(pair, Path(scratch), environment, matcher).opened()
    truth = {"seed": seed, "change": pair.change, "kinds": sorted(pair.kinds), "states": [
        {"id": lane.id or ".", "directory": lane.directory or ".", "var_files": lane.var_files,
         "backend_config": lane.backend_config, "environment": lane.variables,
         "plans": planned.truth[lane.id], "opened": opened.truth[lane.id]} for lane in pair.lanes]}
    (place / "truth.json").write_text(json.dumps(truth, indent=2) + "\n")
    for kept in ("home", "data", "traces", "planned"):
        shutil.rmtree(place / kept, ignore_errors=True)
        (place / kept).unlink(missing_ok=True)


def report(question, total):
    for each in total.misses:
        print(each)
    for each in total.failures:
        print(f"not to be planned: {each[-900:]}")
    looked = f", {total.opened} paths" if question == "opened" else \
        f", {total.selected} selected, {len(total.wide)} of them with equal plans"
    print(f"{question}: {total.judged} states{looked}, {len(total.misses)} misses")
    for reason, count in collections.Counter(total.wide).most_common():
        print(f"  {count:5} {reason}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opened", type=int, default=0)
    parser.add_argument("--planned", type=int, default=0)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write")
    arguments = parser.parse_args()
    if arguments.write:
        matcher = Matcher()
        for seed in range(arguments.first, arguments.first + max(arguments.opened, arguments.planned)):
            write_pair(seed, arguments.write, matcher)
        matcher.close()
        return 0
    missed = False
    for question, count in (("opened", arguments.opened), ("planned", arguments.planned)):
        if count:
            total, _ = judge_seeds(range(arguments.first, arguments.first + count), question, arguments.jobs)
            report(question, total)
            missed = missed or bool(total.misses)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
