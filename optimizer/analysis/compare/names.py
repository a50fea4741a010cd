"""Names under which plans are compared: short where that is enough, never the same twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path


def distinct_names(files: Sequence[Path]) -> list[str]:
    """Return a name for each plan file: its stem, its path where stems are equal, numbered where paths are, too.

    Examples
    --------
    >>> distinct_names([Path("sheet.json"), Path("march/plan.json"), Path("april/plan.json"), Path("sheet.json")])
    ['sheet.json', 'march/plan.json', 'april/plan.json', 'sheet.json (2)']
    """
    stems = Counter(file.stem for file in files)
    names: list[str] = []
    for file in files:
        wanted = file.stem if stems[file.stem] == 1 else str(file)
        name, number = wanted, 1
        while name in names:
            number += 1
            name = f"{wanted} ({number})"
        names.append(name)
    return names
