#!/usr/bin/python3
"""Runs one file of tests for ctest.

Exits with 77 if any test was skipped: ctest then shows "Skipped", and nobody overlooks it.

usage: run_test_file.py test_NAME.py
"""
import sys
import unittest
from pathlib import Path

SKIPPED = 77


def main():
    directory, name = Path(sys.argv[1]).parent, Path(sys.argv[1]).stem
    sys.path.insert(0, str(directory.resolve()))
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromName(name))
    if not result.wasSuccessful():
        return 1
    return SKIPPED if result.skipped else 0


if __name__ == "__main__":
    sys.exit(main())
