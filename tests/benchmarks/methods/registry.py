"""All methods by name, in the order of the report. A method's module is imported only where it runs."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from tests.benchmarks.methods.base import Method

PACKAGE = "tests.benchmarks.methods"
BASELINES = "optimizer.analysis.baselines"


@dataclass(frozen=True)
class Entry:
    """One method: its name in results and options, what people call it, where its function is.

    `stated` is the module whose docstring says how the method was set up, where that is not its own.
    """

    name: str
    title: str
    module: str
    function: str
    stated: str | None = None

    def load(self) -> Method:
        """Import the method."""
        function: Method = getattr(importlib.import_module(f"{PACKAGE}.{self.module}"), self.function)
        return function

    def setup(self) -> str:
        """Return how the method was set up and why: the docstring of the module that states it."""
        return (importlib.import_module(self.stated or f"{PACKAGE}.{self.module}").__doc__ or "").strip()


METHODS: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry("ours", "groundswell", "ours", "ours"),
        Entry("plain", "plain CP-SAT", "ours", "plain"),
        Entry("spreadsheet", "spreadsheet", "baselines", "spreadsheet", f"{BASELINES}.spreadsheet"),
        Entry("pessimist", "pessimist", "baselines", "pessimist", f"{BASELINES}.pessimist"),
        Entry("greedy", "greedy", "baselines", "greedy", f"{BASELINES}.greedy"),
        Entry("saa-cpsat", "SAA + CP-SAT", "saa", "by_cp_sat"),
        Entry("saa-cpsat-calibrated", "SAA + CP-SAT, calibrated", "saa", "by_cp_sat_calibrated"),
        Entry("saa-highs", "SAA + HiGHS", "saa", "by_highs"),
        Entry("saa-highs-calibrated", "SAA + HiGHS, calibrated", "saa", "by_highs_calibrated"),
        Entry("oracle-counts", "exact oracle in SCIP, count cuts", "oracle", "oracle_counts"),
        Entry("oracle", "exact oracle in SCIP, class cuts", "oracle", "oracle"),
    )
}
