"""A plan's money is used only where it adds up."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.analysis.accounting import Parts, accounts
from optimizer.errors import InputError
from optimizer.plan import Plan
from tests.analysis.edits import edited
from tests.cli.launch import plan


def told(given: Plan) -> list[tuple[str, str]]:
    try:
        accounts(given)
    except InputError as error:
        return [(problem.code, problem.pointer) for problem in error.problems]
    return []


def test_totals_lines_and_months_are_integers_of_the_minor_unit() -> None:
    found = accounts(plan())
    assert found.totals == Parts(5600, 790, 6000)
    assert found.months == {"2027-03": found.totals}
    assert sum(found.lines, Parts()) == found.totals
    assert found.text(-5) == "-0.05"


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"totals__product": "56.01"}, ["/totals/product"]),
        ({"totals__cost": None}, ["/totals/cost"]),
        ({"assignments__0__cost": "91.94"}, ["/assignments/0/cost"]),
        ({"activations__0__cost": "123.89"}, ["/activations/0/cost"]),
        ({"cash__0__total": "0.00"}, ["/cash/0/total"]),
        ({"cash__0__month": "2027-04"}, ["/cash/0", "/cash"]),
        ({"cash": []}, ["/cash"]),
        ({"assignments__0__fee": "60.001"}, ["/assignments/0", "/assignments/0/cost", "/totals/cost"]),
    ],
)
def test_what_does_not_add_up_is_told_with_its_place(changes: dict[str, Any], pointers: list[str]) -> None:
    found = told(edited(plan(), **changes))
    assert {code for code, _ in found} == {"does_not_add_up"}
    assert [where for _, where in found][: len(pointers)] == pointers or set(pointers) <= {where for _, where in found}


def test_a_creator_comes_once_in_an_activation() -> None:
    line = plan().model_dump(mode="json")["assignments"][0]
    twice = edited(plan(), assignments=[line, line])
    assert ("duplicate", "/assignments/0") in told(twice)
    assert ("duplicate", "/assignments/1") in told(twice)


def test_a_currency_has_to_exist() -> None:
    assert told(edited(plan(), scenario__currency="XQX")) == [("unknown_currency", "/scenario/currency")]
