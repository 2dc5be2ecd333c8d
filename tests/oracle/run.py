#!/usr/bin/python3
"""The long run of the oracle: Terraform itself says what it opens and what it plans. Ends with 1 where something was missed.

usage: run.py [--seeds N] [--first SEED] [--jobs N] [--write DIR]
       run.py --against DIR [--until-missed]

--write DIR leaves each pair of commits as a git repository, DIR/SEED/repository with the branches base and head, and the truth
beside it, DIR/SEED/truth.json: so any other tool can be asked the same. It says how each state is planned (its variable files and
the environment), whether the plans differ, and which paths of the base Terraform looked at.

--against DIR asks the program alone about what was left there.
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
from judge import Found, Judge, Matcher, ask_terraform


def judge_seed(seed, questions, matcher, kept=None):
    """Puts the questions, `opened` and `planned`, to one seed; returns the pair's kinds as well."""
    pair = generator.make_pair(seed)
    with tempfile.TemporaryDirectory(prefix="statelane-oracle-") as scratch:
        directory = Path(kept) / str(seed) if kept else Path(scratch)
        shutil.rmtree(directory, ignore_errors=bool(kept))
        directory.mkdir(parents=True)
        environment = harness.clean_environment(scratch)
        truth = ask_terraform(pair, directory, environment, questions)
        if kept:
            (directory / "truth.json").write_text(json.dumps(truth, indent=2) + "\n")
            for scrap in ("data", "traces"):
                shutil.rmtree(directory / scrap, ignore_errors=True)
            (directory / "planned").unlink(missing_ok=True)
        return Judge(truth, directory / "repository", environment, matcher).judge(), pair.kinds


def judge_kept(directory, matcher):
    truth = json.loads((directory / "truth.json").read_text())
    with tempfile.TemporaryDirectory(prefix="statelane-oracle-") as scratch:
        return Judge(truth, directory / "repository", harness.clean_environment(scratch), matcher).judge(), truth["kinds"]


def judge_all(judge_one, subjects, jobs=2, until_missed=False):
    """All that the subjects show together, or those up to the first miss, and the kinds that occurred."""
    total, kinds = Found(), set()
    matcher = Matcher()
    with ThreadPoolExecutor(jobs) as pool:
        for found, more in pool.map(lambda subject: judge_one(subject, matcher), subjects):
            total.add(found)
            kinds |= set(more)
            if until_missed and total.misses:
                pool.shutdown(cancel_futures=True)
                break
    matcher.close()
    return total, kinds


def report(total):
    for each in total.misses:
        print(each)
    for each in total.failures:
        print(f"not to be planned: {each[-900:]}")
    print(f"{total.judged} states, {total.opened} paths, {total.selected} selected, {len(total.wide)} of them with equal plans, "
          f"{len(total.misses)} misses")
    for reason, count in collections.Counter(total.wide).most_common():
        print(f"  {count:5} {reason}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write")
    parser.add_argument("--against")
    parser.add_argument("--until-missed", action="store_true")
    arguments = parser.parse_args()
    if arguments.against:
        kept = sorted((each.parent for each in Path(arguments.against).glob("*/truth.json")), key=lambda each: int(each.name))
        total, _ = judge_all(judge_kept, kept, arguments.jobs, arguments.until_missed)
    else:
        def judge_one(seed, matcher):
            return judge_seed(seed, ("opened", "planned"), matcher, arguments.write)
        total, _ = judge_all(judge_one, range(arguments.first, arguments.first + arguments.seeds), arguments.jobs)
    report(total)
    return 1 if total.misses else 0


if __name__ == "__main__":
    sys.exit(main())
