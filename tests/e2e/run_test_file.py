#!/usr/bin/python3
"""Runs one file of tests for ctest: exits with 77 (ctest shows "Skipped") when nothing in it could run.

usage: run_test_file.py test_NAME.py
"""
import sys
import unittest
from pathlib import Path

SKIPPED = 77


def ran_nothing(result):
    """Whether only skips were seen; a skipped class counts as one skip and no run."""
    skipped_tests = [test for test, _reason in result.skipped if isinstance(test, unittest.TestCase)]
    return bool(result.skipped) and result.testsRun == len(skipped_tests)


def main():
    directory, name = Path(sys.argv[1]).parent, Path(sys.argv[1]).stem
    sys.path.insert(0, str(directory.resolve()))
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromName(name))
    if not result.wasSuccessful():
        return 1
    return SKIPPED if ran_nothing(result) else 0


if __name__ == "__main__":
    sys.exit(main())
