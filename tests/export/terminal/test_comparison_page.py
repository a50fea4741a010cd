"""The page of a comparison: plans as columns, changes beside them, long lists cut."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.analysis.compare.comparing import Candidate, compare_plans
from optimizer.answers.comparison import Comparison, FieldDifference
from optimizer.export.terminal.comparison_page import comparison_page
from optimizer.plan import Plan
from tests.analysis.edits import edited
from tests.cli.launch import decision, document, plan, scenario
from tests.export.pages import ours, page, squeezed

SHEET = plan([decision("ana", "gift", "2027-03-11")])


def compared(*plans: Plan, names: tuple[str, ...] = ("sheet", "ours", "third", "fourth")) -> Comparison:
    return compare_plans([Candidate(name, each) for name, each in zip(names, plans, strict=False)])


def changed(comparison: Comparison, **fields: Any) -> Comparison:
    (difference,) = comparison.differences
    return comparison.model_copy(update={"differences": [difference.model_copy(update=fields)]})


@pytest.mark.parametrize("width", [80, 100, 120])
def test_figures_stand_side_by_side_with_their_change(width: int) -> None:
    text = page(comparison_page(compared(SHEET, plan(), SHEET, plan())), width)
    assert all(len(line) <= width for line in text.splitlines())
    assert "…" not in text
    assert "Cost £31.95 £123.90 +£91.95" in squeezed(text)
    assert "Keeps every rule ✗ NO, 1 broken ✓ yes" in squeezed(text)
    assert "Activations secured 0 of 2 1 of 2 +1" in squeezed(text)


def test_a_plan_that_breaks_rules_is_not_called_feasible_and_has_no_gap() -> None:
    late = plan([decision("cat", "paid", "2027-03-28")])
    text = squeezed(page(comparison_page(compared(late, ours("feasible")))))
    assert "Status breaks rules feasible" in text
    assert "Proven gap – 2.3%" in text


@pytest.mark.parametrize(
    ("width", "tables"), [(80, [["ours"], ["third"], ["fourth"]]), (120, [["ours", "third"], ["fourth"]])]
)
def test_many_plans_are_laid_under_each_other_with_the_baseline_again(width: int, tables: list[list[str]]) -> None:
    text = page(comparison_page(compared(SHEET, plan(), SHEET, plan())), width)
    heads = [line.split() for line in text.splitlines() if line.endswith("change")]
    assert [head[1::2] for head in heads if head[0] == "sheet"] == tables


def test_the_way_from_cost_to_cost_can_be_followed() -> None:
    text = squeezed(page(comparison_page(compared(SHEET, plan()))))
    assert "From cost to cost Change Cost" in text
    assert "sheet £31.95 Product +£28.00 £59.95 Shipping +£3.95 £63.90 Fees +£60.00 £123.90" in text
    assert "ours +£91.95 £123.90" in text
    assert "Mar 2027 £31.95 £123.90 +£91.95" in text


def test_saving_is_said_as_such() -> None:
    text = squeezed(page(comparison_page(compared(plan(), SHEET))))
    assert "fewer posts expected, for £91.95 less." in text
    assert "−£60.00" in text
    assert "for the same cost." in squeezed(page(comparison_page(compared(plan(), plan()))))


def test_activations_and_people_that_change_are_listed() -> None:
    text = squeezed(page(comparison_page(compared(SHEET, plan()))))
    assert "trail Mon 15 Mar 1 + 1 ✓ 97.7% £123.90 +£91.95 gained Mon 15 Mar 1 + 0 ✗ 24.5% £31.95" in text
    assert "First line: ours; second line: sheet. 1 activation the same." in text
    assert "Creators: 1 joins trail 1 joins: cat (paid)" in text


def test_long_lists_are_cut_with_how_many_are_left() -> None:
    comparison = compared(SHEET, edited(plan(), scenario__sha256="0" * 64))
    (difference,) = comparison.differences
    fields = [FieldDifference(pointer=f"/creators/c{n}/paid_fee", baseline="1", other=None) for n in range(20)]
    activations = [
        difference.activations[0].model_copy(update={"activation": f"a{n:02}", "change": "moved"}) for n in range(14)
    ]
    creators = [
        difference.creators[0].model_copy(update={"activation": f"a{place:02}", "creator": f"c{n}"})
        for place in range(14)
        for n in range(7)
    ]
    many = changed(comparison, scenario=fields, scenario_known=True, activations=activations, creators=creators)
    text = squeezed(page(comparison_page(many)))
    assert "… and 8 more fields" in text
    assert "/creators/c11/paid_fee 1 not given" in text
    assert "c12/paid_fee" not in text
    assert "… and 2 more change." in text
    assert "7 join: c0 (paid), c1 (paid), c2 (paid), c3 (paid), c4 (paid) … and 2 more" in text
    assert "… and in 2 more activations" in text


def test_different_scenarios_are_said_to_differ_and_what_to_give() -> None:
    other = edited(plan(), scenario__sha256="0" * 64)
    text = squeezed(page(comparison_page(compared(plan(), other))))
    assert "They answer different scenarios, or versions of one" in text
    assert "Small launch (SHA-256 000000000000…)" in text
    assert "The scenarios differ; what changes below may come from that." in text
    assert "--scenario FILE --scenario FILE" in text
    same = changed(compared(plan(), other), scenario_known=True)
    assert "written differently and mean the same" in squeezed(page(comparison_page(same)))
    assert "scenarios differ" not in squeezed(page(comparison_page(compared(plan(), plan()))))


def test_an_activation_of_one_scenario_only_is_named() -> None:
    short = edited(plan(), activations=[plan().activations[0].model_dump(mode="json")])
    text = squeezed(page(comparison_page(compared(short, plan()))))
    assert "bread not planned – – – – not in sheet not in it – – –" in text


def test_long_names_and_brackets_stay_on_the_page() -> None:
    names = ("[red]" + "campaigns/" * 6 + "plan.json", "x" * 60)
    text = page(comparison_page(compared(SHEET, plan(), names=names)), 80)
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "[red]" in text


def test_scenario_text_does_not_reach_the_page_as_markup() -> None:
    named = document(name="[bold]Spring[/bold]")
    assert scenario(name=named["name"])
    same = plan(name=named["name"])
    assert "[bold]Spring[/bold]" in page(comparison_page(compared(same, same)))
