"""A live line that says which of many questions is worked on."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.analysis.sharing import Step
from optimizer.export.live import LiveLine


class StepLine(LiveLine[Step]):
    """Shows the latest `Step`."""

    def parts(self, latest: Step) -> Sequence[str]:
        """Return which question of how many it is, and what it is."""
        return [f"{latest.number} of {latest.of}", latest.what] if latest.of else [latest.what]
