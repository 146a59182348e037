"""How much memory an import takes: of a process that does it and nothing else, everything counted."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from scoring.store.engine import Store
from scoring.workflow.import_marks import import_marks

_SIZES = Path("/proc/self/status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The most memory a process took, and how much it may; in megabytes of a million bytes."""

    work: str
    megabytes: float
    limit: float

    @property
    def holds(self) -> bool:
        return self.megabytes < self.limit


def main() -> None:
    """Import a file of marks and print the megabytes that were taken at the most."""
    url, period, path = sys.argv[1:]
    store = Store.open(url)
    taken = import_marks(store, period, Path(path))
    store.close()
    assert taken.new
    print(json.dumps(_peak() / 1e6))


def _peak() -> int:
    """Return the bytes this process held at the most.

    Linux hands the peak of a process on to the program it starts, but for the one in this file.
    """
    if _SIZES.exists():
        (line,) = [line for line in _SIZES.read_text().splitlines() if line.startswith("VmHWM:")]
        return 1024 * int(line.split()[1])
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
