"""Ask a model whether it lets one selection pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from ortools.sat.python import cp_model

from optimizer.chance.covers import Cover, cover_of
from optimizer.derive.instance import Instance
from optimizer.model.rules import add_rules
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of

Choice = tuple[str, str, str]
"""Creator, activation, mode; where it takes more to name one option, ``gift@5>7``: sent on day 5, window from day 7."""


@dataclass(frozen=True)
class Draft:
    """Any values of the Booleans, those included that no rule allows together."""

    options: frozenset[int]
    windows: frozenset[int]
    secured: frozenset[int]


@dataclass(frozen=True)
class Desk:
    """An instance whose selections are named, and judged by a model in which everything is fixed to them."""

    instance: Instance

    @cached_property
    def covers(self) -> dict[int, Cover]:
        """Covers of all activations."""
        return {a: cover_of(self.instance, a) for a in self.instance.activations}

    def option(self, creator: str, activation: str, mode: str) -> int:
        """Return the one option that a choice names."""
        table, window = self.instance.options, None
        mode, _, start = mode.partition(">")
        mode, _, day = mode.partition("@")
        fits = (
            (table.creator == self.instance.creator_ids.index(creator))
            & (table.activation == [wave.id for wave in self.instance.waves].index(activation))
            & (table.paid == (mode == "paid"))
        )
        if day:
            fits &= table.ship_day == int(day)
        if start:
            window = np.flatnonzero(self.instance.windows.start_day == int(start))
            fits &= np.isin(table.window, window)
        (only,) = np.flatnonzero(fits)
        return int(only)

    def draft(self, *choices: Choice, windows: Collection[int] | None = None) -> Draft:
        """Return the draft of some choices; windows and secured activations are theirs unless windows are given."""
        options = frozenset(self.option(*choice) for choice in choices)
        table = self.instance.options
        taken = frozenset(int(table.window[o]) for o in options) if windows is None else frozenset(windows)
        owners = {int(table.activation[o]) for o in options}
        return Draft(options, taken, frozenset({*owners, *(int(self.instance.windows.activation[w]) for w in taken)}))

    def model(
        self,
        approximation: Approximation = Approximation.OUTER,
        *,
        without: Iterable[str] = (),
        fixed: Selection | None = None,
    ) -> Variables:
        """Return a model with all rules but some."""
        loose = {a for a in self.instance.activations if fixed is None or a not in fixed.windows}
        v = Variables(part_of(self.instance, self.covers, approximation, activations=loose, fixed=fixed), approximation)
        add_rules(v, without=frozenset(without))
        return v

    def allows(
        self,
        draft: Draft,
        *,
        approximation: Approximation = Approximation.OUTER,
        without: Iterable[str] = (),
        fixed: Selection | None = None,
    ) -> bool:
        """Return whether a model has a solution with exactly these values."""
        v = self.model(approximation, without=without, fixed=fixed)
        return not any(o not in v.option for o in draft.options) and satisfiable(fixed_to(v, draft))


def fixed_to(v: Variables, draft: Draft) -> Variables:
    """Fix every option, window and activation of a model to a draft."""
    for booleans, chosen in ((v.option, draft.options), (v.window, draft.windows), (v.secured, draft.secured)):
        for index, flag in booleans.items():
            v.model.add(flag == int(index in chosen))
    return v


def satisfiable(v: Variables) -> bool:
    """Return whether a model has any solution."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(v.model)
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE)
    return status != cp_model.INFEASIBLE
