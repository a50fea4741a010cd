"""The pages and the CSV of a cash view."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.analysis.cash import cash_view
from optimizer.answers.cash import CashMonth, CashView
from optimizer.export.terminal.cash_page import cash_page
from tests.cli.launch import plan, scenario
from tests.export.pages import page, squeezed


def view(**changes: Any) -> CashView:
    return cash_view(scenario(**changes), plan(**changes))


def year() -> CashView:
    """A view of a year with large amounts."""
    base = view()
    amounts = {"product": "12000.00", "shipping": "1300.50", "fees": "45000.00", "total": "58300.50", "cap": None}
    months = [CashMonth.model_validate({"month": f"2027-{number:02}", **amounts}) for number in range(1, 13)]
    part = base.parts[0].model_copy(update={"total": "58300.50"})
    parts = [part.model_copy(update={"month": month.month}) for month in months]
    return base.model_copy(update={"months": months, "parts": parts})


@pytest.mark.parametrize("width", [80, 120])
def test_every_table_has_its_total(width: int) -> None:
    text = page(cash_page(view()), width)
    assert all(len(line) <= width for line in text.splitlines())
    lines = squeezed(text)
    assert "Mar 2027 £56.00 £7.90 £60.00 £123.90" in lines
    assert lines.count("Total £56.00 £7.90 £60.00 £123.90") == 1
    assert "Trail running £123.90 £123.90" in lines
    days = "Total 2 £56.00 £7.90 £60.00 £123.90"
    assert lines.endswith(days if width == 80 else f"{days} £123.90")


def test_days_show_parcels_fees_and_the_sum_so_far() -> None:
    text = squeezed(page(cash_page(view())))
    assert "Wed 10 Mar 1 £28.00 £3.95 £0.00 £31.95" in text
    assert "Sun 28 Mar – £0.00 £0.00 £60.00 £123.90" in text


def test_a_budget_has_a_column_only_where_there_is_one() -> None:
    assert "Budget" not in page(cash_page(view()))
    for cap, shown in (("1200.00", "✓ £1,200.00"), ("123.90", "✓ £123.90"), ("123.89", "✗ £123.89")):
        text = squeezed(page(cash_page(view(budget={"monthly": {"2027-03": cap}}))))
        assert f"Mar 2027 £56.00 £7.90 £60.00 £123.90 {shown}" in text


def test_the_whole_plan_stands_against_the_total_budget() -> None:
    for total, shown in (("500", "✓ £500.00"), ("123.90", "✓ £123.90"), ("123.89", "✗ £123.89")):
        text = squeezed(page(cash_page(view(budget={"total": total}))))
        assert f"£123.90 of a budget of {shown[2:]} committed" in text
        assert "Mar 2027 £56.00 £7.90 £60.00 £123.90 –" in text
        assert f"Total £56.00 £7.90 £60.00 £123.90 {shown}" in text


def test_a_year_is_laid_out_in_several_tables() -> None:
    text = page(cash_page(year()), 80)
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "…" not in text
    assert sum(line.startswith("By community") for line in text.splitlines()) == 3
    assert all(name in text for name in ("Jan 2027", "Jun 2027", "Dec 2027"))


def test_a_plan_of_nobody_says_so() -> None:
    empty = cash_view(scenario(), plan([]))
    assert "£0.00 committed: nobody is gifted or paid." in page(cash_page(empty))
