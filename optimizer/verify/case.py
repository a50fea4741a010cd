"""A plan set against its scenario, as the rules look at it, and the wording of a finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from optimizer.plan import ActivationResult, Assignment, Check, Plan
from optimizer.scenario.semantics import Wave
from optimizer.verify.figures import Statement, restate
from optimizer.verify.premises import Line, Premises, teams

SHOWN = 3
"""Offenders named in full; the rest are counted."""


@dataclass(frozen=True, eq=False)
class Case:
    """What every rule may look at.

    Lines that name an unknown creator or activation stand in `plan` alone: `references` reports them, and no other
    rule or figure counts them.
    """

    premises: Premises
    plan: Plan
    fingerprint: str

    @cached_property
    def entries(self) -> list[tuple[Assignment, Line]]:
        """Return the assignments that can be read, as stated and as decisions."""
        pairs = ((stated, self.premises.line(stated)) for stated in self.plan.assignments)
        return [(stated, line) for stated, line in pairs if line is not None]

    @cached_property
    def lines(self) -> list[Line]:
        """Return the decisions."""
        return [line for _, line in self.entries]

    @cached_property
    def results(self) -> list[tuple[ActivationResult, Wave]]:
        """Return the plan's activations that exist, as stated and as the scenario has them."""
        waves = self.premises.waves
        return [(stated, waves[stated.activation]) for stated in self.plan.activations if stated.activation in waves]

    @cached_property
    def secured(self) -> set[str]:
        """Return the ids of the activations that the plan calls secured."""
        return {wave.id for stated, wave in self.results if stated.secured}

    @cached_property
    def teams(self) -> dict[str, list[Line]]:
        """Return the lines of every activation."""
        return teams(self.premises, self.lines)

    @cached_property
    def planned(self) -> list[tuple[Wave, list[Line]]]:
        """Return the activations that are called secured or have lines, with their lines."""
        return [
            (self.premises.waves[name], lines) for name, lines in self.teams.items() if lines or name in self.secured
        ]

    @cached_property
    def lines_by_creator(self) -> dict[str, list[Line]]:
        """Return the lines of every creator who has any."""
        by_creator: defaultdict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            by_creator[line.creator.id].append(line)
        return dict(by_creator)

    @cached_property
    def statement(self) -> Statement:
        """Return all figures as they should be."""
        return restate(self.premises, self.lines, self.secured)

    @cached_property
    def figures(self) -> dict[str, ActivationResult]:
        """Return the activations' figures as they should be."""
        return {figures.activation: figures for figures in self.statement.activations}

    @property
    def has_plan(self) -> bool:
        """Return whether the status says that there is a plan."""
        return self.plan.status in ("optimal", "feasible")


def near(stated: float | None, due: float | None, tolerance: float) -> bool:
    """Return whether both are null, or both numbers that differ by at most `tolerance`."""
    if stated is None or due is None:
        return stated is due
    return abs(stated - due) <= tolerance


def check(rule: str, offences: Iterable[str], kept: str) -> Check:
    """Return the finding on one rule: broken with the first offenders, or ok with what was compared."""
    listed = list(offences)
    if not listed:
        return Check(rule=rule, ok=True, detail=kept)
    rest = f"; and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return Check(rule=rule, ok=False, detail="; ".join(listed[:SHOWN]) + rest)
