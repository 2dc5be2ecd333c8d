"""Signals to an apply that has a provider's process: a sample of provider_faults.py, each while the provider is at work."""
import unittest

from provider_faults import ProviderFaults
from runs import WithOpenTofu

SAMPLE = ("TERM to helper", "TERM to session", "HUP to session", "QUIT to tool", "KILL to tool", "KILL to provider")


class Sample(ProviderFaults):

    def test_a_sample_of_signals(self):
        for row in SAMPLE:
            with self.subTest(row):
                _code, interrupts, lock, left, false = self.trial(row, 0, at_work=True)
                self.assertLessEqual(interrupts, 1)
                self.assertEqual((left, false), ([], []))
                if row not in ("QUIT to tool", "KILL to tool"):
                    self.assertEqual(lock, "released")


class SampleWithOpenTofu(WithOpenTofu, Sample):
    pass


if __name__ == "__main__":
    unittest.main()
