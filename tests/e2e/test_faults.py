"""Every fault that an apply may meet, twice, at the same moment: while a resource is being created."""
from faults import ROWS, Trial


def test_of(row):
    def test(self):
        row(self)
    return test


class Faults(Trial):
    pass


for name, row in ROWS.items():
    for time in ("once", "again"):
        setattr(Faults, f"test_{name.replace(' ', '_')}_{time}", test_of(row))
