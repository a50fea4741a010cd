"""Field types of the contract: strict dates, money, names; each refuses what a typo would produce."""

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
Identifier = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=2000)]
Labels = dict[Identifier, Text]
Probability = Annotated[float, Field(ge=0, le=1)]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
TransitDays = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Tier = Literal["nano", "emerging", "established"]
Mode = Literal["gift", "paid"]
