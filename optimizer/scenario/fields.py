"""Field types of the contract: strict dates, money, names; each refuses what a typo would produce. And logistics:
products, services, shipping and posting.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?")


class Strict(BaseModel):
    """Base of every input model: frozen, no unknown fields, no silent conversion, no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _parse_day(value: Any) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("date_format", "should be a calendar day written YYYY-MM-DD")


def _parse_money(value: Any) -> Decimal:
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise PydanticCustomError("money_format", 'should be an amount such as "28.00" or 28')
    written = format(value, ".15g") if isinstance(value, float) else value
    if isinstance(written, str) and not _DECIMAL.fullmatch(written.strip()):
        raise PydanticCustomError("money_format", 'should be an amount such as "28.00" or 28')
    amount = Decimal(written)
    if not amount.is_finite():
        raise PydanticCustomError("money_format", "should be a finite amount")
    if amount < 0:
        raise PydanticCustomError("money_negative", "should not be negative")
    plain = format(amount, "f") if abs(amount.adjusted()) <= 40 else ""
    if not _AMOUNT.fullmatch(plain):
        raise PydanticCustomError("money_format", "should have at most 15 digits and 6 decimals")
    return Decimal(plain)


Day = Annotated[
    date,
    BeforeValidator(_parse_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
]
"""A calendar day, ``YYYY-MM-DD``."""

Money = Annotated[
    Decimal,
    BeforeValidator(_parse_money),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,6})?$"},
                {"type": "number", "minimum": 0},
            ]
        }
    ),
]
"""An amount in the scenario's currency, no finer than its minor unit (checked across fields)."""


def _not_a_flag(value: Any) -> Any:
    """Refuse true, which Python takes for 1."""
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "should be the number 1")
    return value


SchemaVersion = Annotated[Literal[1], BeforeValidator(_not_a_flag)]
PRINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
"""The rule of every text that people give us: no control characters but tab and line breaks. Others steer terminals,
break files of other programs, and the first is refused by PostgreSQL."""
ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""The same of names that stand in lists and logs, a line each: neither tab nor line break."""
Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE)]
Text = Annotated[str, Field(max_length=2000, pattern=PRINTABLE)]
Labels = dict[Identifier, Text]
Probability = Annotated[float, Field(ge=0, le=1)]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
TransitDays = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Tier = Literal["nano", "emerging", "established"]
SignedAmount = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$")]
"""A difference of amounts, with all decimals of the currency; a minus sign where it is negative."""
Mode = Literal["gift", "paid"]


class OrganicRate(Strict):
    """How often gifted creators post at all: an assumption to replace with your own data."""

    low: Probability = Field(0.20, description="Low end of the band (chance, 0 to 1).", examples=[0.2])
    high: Probability = Field(0.40, description="High end of the band (chance, 0 to 1).", examples=[0.4])
    model: Literal["shared", "independent", "worst_case"] = Field(
        "shared",
        description="`shared`: one unknown rate, uniform over the band, common to all gifted creators. `independent`: "
        "every creator on their own rate. `worst_case`: the band's low end.",
        examples=["shared"],
    )


class GiftLag(Strict):
    """Days from delivery to a gifted creator's natural post, lognormal: an assumption to replace with your own data."""

    median_days: float = Field(8, gt=0, le=120, description="Median (days).", examples=[8])
    p90_days: float = Field(21, gt=0, le=1000, description="90th percentile (days), above the median.", examples=[21])


class Posting(Strict):
    """How posts come about; every default is an assumption to replace with your own data."""

    organic_rate: OrganicRate = Field(
        default_factory=OrganicRate,
        description="Chance that a gifted creator posts.",
        examples=[{"low": 0.2}],
    )
    gift_lag: GiftLag = Field(
        default_factory=GiftLag,
        description="Delay of gifted posts (days).",
        examples=[{"median_days": 8}],
    )
    brief_compliance: Probability = Field(
        0.8,
        description="Chance (0 to 1) that a gifted creator follows the brief and holds an early post.",
        examples=[0.8],
    )
    hold_decay_per_day: float = Field(
        0.015,
        ge=0,
        lt=1,
        description="Share of held posts lost per day of holding (0 to 1).",
        examples=[0.015],
    )
    paid_prep_days: int = Field(
        3, ge=0, le=366, description="Days a paid creator needs from delivery to post.", examples=[3]
    )
    paid_reliability: Probability = Field(
        0.97, description="Chance (0 to 1) that a paid creator posts.", examples=[0.97]
    )


MAX_LIST = 10_000
"""No list may be longer; a file beyond this is a mistake, and a bounded reader stays alive."""


class Horizon(Strict):
    """The planning period; every ship day and every window lies inside it."""

    start: Day = Field(description="First day (calendar day, included).", examples=["2027-03-01"])
    end: Day = Field(description="Last day (calendar day, included).", examples=["2027-05-30"])


class Objective(Strict):
    """What a better plan is."""

    goal: Literal["activate_most", "min_cost"] = Field(
        "activate_most",
        description="`activate_most`: most total value of secured activations, then least cost, then most "
        "embeddedness. `min_cost`: every activation secured at least cost, then most embeddedness.",
        examples=["min_cost"],
    )
    cost_slack: float = Field(
        0.02,
        ge=0,
        le=10,
        description="Share of the least cost that may be spent on more embedded creators (a fraction: 0.02 is 2 %).",
        examples=[0.02],
    )


class Budget(Strict):
    """What may be spent; left out means no limit."""

    total: Money | None = Field(None, description="Most that the plan may cost, in `currency`.", examples=["6000.00"])
    monthly: dict[Month, Money] = Field(
        default_factory=dict,
        max_length=MAX_LIST,
        description="Most per calendar month, in `currency`: product and shipping of the parcels shipped in it and the "
        "fees of the windows that end in it. Months not named are uncapped; nothing carries over.",
        examples=[{"2027-03": "1500.00"}],
    )


class StockLot(Strict):
    """Units that arrive on one day."""

    on: Day = Field(description="Day the units can first be shipped.", examples=["2027-03-15"])
    units: int = Field(ge=0, le=10**7, description="Units that arrive (count).", examples=[40])


class Product(Strict):
    """What is sent to creators."""

    id: Identifier = Field(description="Name other parts refer to.", examples=["trail-socks"])
    unit_cost: Money = Field(description="Cost of one unit to the brand, in `currency`.", examples=["28.00"])
    stock: list[StockLot] | None = Field(
        None,
        max_length=MAX_LIST,
        description="Arrivals: units shipped up to and including any day never exceed units arrived by that day. "
        "Left out: unlimited.",
        examples=[[{"on": "2027-03-01", "units": 60}]],
    )
    labels: Labels = Field(default_factory=dict, description="Passed through to exports.", examples=[{"sku": "TS-1"}])


class Service(Strict):
    """A way to send a parcel."""

    id: Identifier = Field(description="Name creators refer to.", examples=["tracked48"])
    cost: Money = Field(description="Cost of one parcel, in `currency`.", examples=["3.95"])
    transit_days: dict[TransitDays, Probability] = Field(
        min_length=1,
        description="Chance (0 to 1) that the parcel arrives on the t-th delivery day after the ship day; keys are "
        "whole numbers of delivery days from 1, chances sum to 1.",
        examples=[{"2": 0.7, "3": 0.25, "5": 0.05}],
    )


DEFAULT_SERVICE = Service(id="standard", cost=Decimal(0), transit_days={"2": 1.0})


def _working_days() -> list[Weekday]:
    return ["mon", "tue", "wed", "thu", "fri"]


def _delivery_days() -> list[Weekday]:
    return ["mon", "tue", "wed", "thu", "fri", "sat"]


class Shipping(Strict):
    """Warehouse and carriers."""

    daily_capacity: int | None = Field(
        None, ge=0, le=10**7, description="Most parcels a day (count). Left out: unlimited.", examples=[25]
    )
    ship_weekdays: list[Weekday] = Field(
        default_factory=_working_days,
        min_length=1,
        description="Weekdays on which parcels leave.",
        examples=[["mon", "wed", "fri"]],
    )
    delivery_weekdays: list[Weekday] = Field(
        default_factory=_delivery_days,
        min_length=1,
        description="Weekdays on which parcels arrive.",
        examples=[["mon", "tue", "wed", "thu", "fri", "sat"]],
    )
    holiday_calendar: Identifier | None = Field(
        None,
        description="Country, or country-subdivision, whose public holidays close both; left out: none, and a warning.",
        examples=["GB-ENG"],
    )
    closed_dates: list[Day] = Field(
        default_factory=list,
        max_length=MAX_LIST,
        description="Further days without shipping.",
        examples=[["2027-04-06"]],
    )
    services: list[Service] = Field(
        default_factory=lambda: [DEFAULT_SERVICE],
        min_length=1,
        max_length=MAX_LIST,
        description="Ways to send a parcel, the first is the default; left out: one free service `standard` that "
        "always takes 2 delivery days, with a warning.",
        examples=[[{"id": "tracked48", "cost": "3.95", "transit_days": {"2": 0.7, "3": 0.25, "5": 0.05}}]],
    )
