"""What an uploaded file says: the scenario in it, what was read how, and what is wrong with it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from optimizer.scenario.fields import Strict


class ColumnRead(Strict):
    """A heading, and the field that the cells below it are."""

    sheet: str = Field(description="Sheet; empty for a file without sheets.", examples=["Creators"])
    heading: str = Field(description="Heading as it stands there.", examples=["Fee"])
    field: str = Field(
        description="Its field: a JSON Pointer, `*` for each record; of a list, the field of a creator.",
        examples=["/creators/*/paid_fee"],
    )


class ImportNotice(Strict):
    """Something worth knowing about the file, which does not stand in the way."""

    code: str = Field(description="Stable name.", examples=["sheet_not_read"])
    pointer: str = Field(description="JSON Pointer into the scenario; empty where none fits.", examples=["/creators"])
    detail: str = Field(description="What was left out, or stands out.", examples=["Sheet Notes was not read."])


class ImportProblem(Strict):
    """One thing that is wrong with the file."""

    code: str = Field(description="Stable name.", examples=["bad_cell"])
    pointer: str = Field(
        description="JSON Pointer into the scenario; empty of a list of creators.", examples=["/creators/5/paid_fee"]
    )
    place: str = Field(description="Sheet, row and column.", examples=["Creators row 7, column Fee"])
    detail: str = Field(description="What is wrong.", examples=["should be an amount such as 180.00"])
    remedy: str = Field(description="What to do.", examples=["Correct the cell or empty it."])
    value: Any = Field(None, description="What stands there, shortened.", examples=["tbc"])


class Imported(Strict):
    """A file as a scenario, or everything that is wrong with it."""

    kind: Literal["workbook", "creators"] = Field(
        description="`workbook`: a scenario. `creators`: a list of them.", examples=["workbook"]
    )
    scenario: dict[str, Any] | None = Field(
        None, description="The scenario as JSON, valid; null where anything is wrong.", examples=[{"schema_version": 1}]
    )
    read: list[ColumnRead] = Field(default_factory=list, description="What was read how.")
    notices: list[ImportNotice] = Field(default_factory=list, description="Worth knowing.")
    problems: list[ImportProblem] = Field(
        default_factory=list, description="Everything that is wrong (the first 1,000)."
    )
