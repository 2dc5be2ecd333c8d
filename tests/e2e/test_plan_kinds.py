"""Plan in one clone, apply in another: a sample of plan_kinds.py."""
import unittest

from plan_kinds import KINDS, SAMPLE, KindTest
from runs import WithOpenTofu


def test_of(name):
    def test(self):
        self.try_kind(KINDS[name])
    return test


class Sample(KindTest):
    pass


class SampleWithOpenTofu(WithOpenTofu, KindTest):
    pass


for kind in SAMPLE:
    for case in (Sample, SampleWithOpenTofu):
        setattr(case, f"test_{kind.replace(' ', '_')}", test_of(kind))

if __name__ == "__main__":
    unittest.main()
