"""The published formats by name; the model of a format is imported when it is asked for."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pydantic import BaseModel


class Document(StrEnum):
    """A format by its name; its JSON Schema is published as ``scenarios/schema/NAME.schema.json``."""

    SCENARIO = "scenario", "optimizer.scenario.models:Scenario"
    PLAN = "plan", "optimizer.plan:Plan"
    COMPARISON = "comparison", "optimizer.answers.comparison:Comparison"
    CASH = "cash", "optimizer.answers.cash:CashView"
    CERTAINTY = "certainty", "optimizer.answers.certainty:PriceOfCertainty"
    TOGETHER = "together", "optimizer.answers.together:CertaintyTogether"
    LIMITS = "limits", "optimizer.answers.limits:CostOfLimits"
    FRONTIER = "frontier", "optimizer.answers.frontier:Frontier"
    STATUS = "status", "optimizer.answers.status:CampaignStatus"

    _where: str

    def __new__(cls, name: str, where: str) -> Self:
        """Make a member that equals its name and knows the module and class of its model."""
        member = str.__new__(cls, name)
        member._value_ = name
        member._where = where
        return member

    def model(self) -> type[BaseModel]:
        """Return the model of the format.

        Examples
        --------
        >>> Document("plan").model().__name__
        'Plan'
        """
        module, _, name = self._where.partition(":")
        model: type[BaseModel] = getattr(import_module(module), name)
        return model
