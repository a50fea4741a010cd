"""What the scenario says, looked up by id: the ground on which the judge stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from optimizer.money import from_minor, minor_digits, to_minor
from optimizer.plan import Assignment, Window
from optimizer.scenario.fields import Mode
from optimizer.scenario.logistics import Product, Service
from optimizer.scenario.models import Community, Creator, Scenario
from optimizer.scenario.semantics import Wave, service_of, waves
from optimizer.verify.timing import Timing


@dataclass(frozen=True)
class Line:
    """One decision of a plan: this creator, in this activation and window, gifted or paid, shipped on this day."""

    creator: Creator
    wave: Wave
    mode: Mode
    ship_on: date
    window: Window

    @property
    def name(self) -> str:
        """Return how messages call the line."""
        return f"{self.creator.id} in {self.wave.id}"


@dataclass(frozen=True, eq=False)
class Premises:
    """A valid scenario with its parts indexed by id."""

    scenario: Scenario

    @cached_property
    def waves(self) -> dict[str, Wave]:
        """Return the activations, expanded, in the scenario's order."""
        return {wave.id: wave for wave in waves(self.scenario)}

    @cached_property
    def creators(self) -> dict[str, Creator]:
        """Return the creators."""
        return {creator.id: creator for creator in self.scenario.creators}

    @cached_property
    def communities(self) -> dict[str, Community]:
        """Return the communities."""
        return {community.id: community for community in self.scenario.communities}

    @cached_property
    def products(self) -> dict[str, Product]:
        """Return the products."""
        return {product.id: product for product in self.scenario.products}

    @cached_property
    def timing(self) -> Timing:
        """Return when parcels arrive and posts appear."""
        return Timing(self.scenario)

    @cached_property
    def _digits(self) -> int:
        digits = minor_digits(self.scenario.currency)
        if digits is None:
            raise ValueError(f"{self.scenario.currency} is not a currency with a minor unit")
        return digits

    def minor(self, amount: Decimal) -> int:
        """Return an amount in minor units."""
        return to_minor(amount, self._digits)

    def amount(self, minor: int) -> str:
        """Return minor units as the decimal string a plan shows."""
        return from_minor(minor, self._digits)

    def service(self, creator: Creator) -> Service:
        """Return the service that carries the creator's parcels."""
        return service_of(creator, self.scenario)

    def line(self, assignment: Assignment) -> Line | None:
        """Return the decision behind an assignment, None where creator or activation does not exist."""
        creator, wave = self.creators.get(assignment.creator), self.waves.get(assignment.activation)
        if creator is None or wave is None:
            return None
        return Line(creator, wave, assignment.mode, assignment.ship_on, assignment.window)


def teams(premises: Premises, lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Return the lines of every activation of the scenario, in its order."""
    found: dict[str, list[Line]] = {wave_id: [] for wave_id in premises.waves}
    for line in lines:
        found[line.wave.id].append(line)
    return found
