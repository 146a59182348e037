"""Days as offices write them in files: 2026-10-08, 2026/10/8, 2026.10.8, 20261008 or 2026年10月8日."""

import re
from datetime import date

from scoring.texts import Text

_WRITTEN = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})/(\d{1,2})/(\d{1,2})|(\d{4})\.(\d{1,2})\.(\d{1,2})"
    r"|(\d{4})(\d{2})(\d{2})|(\d{4})年(\d{1,2})月(\d{1,2})日",
    re.ASCII,
)

NO_DAY = Text("应写成 2026-10-08 这样的日期", "must be a day, written like 2026-10-08")


def read_day(text: str) -> date | None:
    """Return the day that *text* writes; None where it writes none."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None
