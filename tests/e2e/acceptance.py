"""The acceptance under a real gitlab-runner: whole pipelines of the suite, their jobs run by it with the shell executor.

    acceptance.py [FILE …]     STATELANE_RUNNER names the program; without one nothing is run and the exit code is 77
"""
import importlib
import sys
import unittest

import pipelines
from real_runner import RealRunner, runner_binary

FILES = ("test_twelve_states", "test_acceptance", "test_static_pipeline", "test_shell_jobs", "test_stages", "test_custom_lane", "test_destroy")


def main():
    try:
        runner_binary()
    except (unittest.SkipTest, AssertionError) as absent:
        print(absent)
        return 77
    pipelines.PipelineRunner = RealRunner  # before the tests take the other one
    loader = unittest.defaultTestLoader
    suite = unittest.TestSuite(loader.loadTestsFromModule(importlib.import_module(name)) for name in sys.argv[1:] or FILES)
    return 0 if unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
