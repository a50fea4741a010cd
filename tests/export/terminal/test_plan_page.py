from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from optimizer.analysis.evaluate import evaluate
from optimizer.export.assumptions import WORDS
from optimizer.export.terminal.elements import below
from optimizer.export.terminal.plan_page import checks_page, judged_page, plan_page
from optimizer.plan import BindingLimit, Blocked, Check, Diagnosis, OpenReason, Plan, WarningNote, WayOut
from optimizer.scenario.loading import assumptions, scenario_from_data
from tests.cli.launch import decision, document, plan, scenario
from tests.export.pages import nothing, ours, page, squeezed

WIDTHS = pytest.mark.parametrize("width", [80, 120])


def test_every_line_of_a_long_community_is_indented() -> None:
    assert page(below("spring", "Plant-based cooking"), 14).split("\n") == [
        "spring",
        "  Plant-based ",
        "  cooking     ",
        "",
    ]


@WIDTHS
def test_activation_has_window_people_posts_chance_and_cost(width: int) -> None:
    text = page(plan_page(ours(), scenario()), width)
    assert all(len(line) <= width for line in text.splitlines())
    if width == 120:
        assert "trail (Trail running)" in text
        assert "Mon 15 Mar – Sun 28 Mar 1 1 1.2 (need 1) ✓ 97.7% (need 90%) £123.90" in squeezed(text)
    else:
        rows = [squeezed(line) for line in text.splitlines()]
        first = next(number for number, row in enumerate(rows) if row.startswith("trail Mon 15 Mar"))
        assert rows[first] == "trail Mon 15 Mar – 1 1 1.2 ✓ 97.7% £123.90"
        assert rows[first + 1] == "Trail running Sun 28 Mar need 1 need 90%"


@WIDTHS
def test_activation_that_is_not_planned_says_so(width: int) -> None:
    assert "not secured – – – – –" in squeezed(page(plan_page(ours(), scenario()), width))


def test_totals_parcels_and_money_by_month() -> None:
    text = squeezed(page(plan_page(ours(), scenario())))
    assert "Total 1 1 1.2 £123.90" in text
    assert "trail Wed 10 Mar (1), Thu 11 Mar (1) paid: @cat £60.00" in text
    assert "Mar 2027 £56.00 £7.90 £60.00 £123.90" in text


def test_amounts_have_thousands_separators() -> None:
    dear = plan([decision("ben", "paid", "2027-03-10")])
    text = page(judged_page(dear, scenario()))
    assert "1 of 2 activations secured for £1,212.45: 0 gifts, 1 paid" in text


def test_horizon_over_new_year_shows_years() -> None:
    winter = {"start": "2027-02-01", "end": "2028-01-31"}
    assert "Sun 28 Mar 2027" in page(judged_page(plan(horizon=winter), scenario(horizon=winter)))


RATE = ("/posting/organic_rate/low", "/posting/organic_rate/high")


@pytest.mark.parametrize(
    ("pointers", "words"),
    [
        (["/posting/gift_lag/median_days", "/posting/brief_compliance"], "(8 days): replace them with"),
        (
            ["/shipping/ship_weekdays"],
            "default, the weekdays on which parcels leave (mon, tue, ",
        ),
        (["/posting/not_yet_named"], "default, /posting/not_yet_named: replace it"),
    ],
)
def test_assumptions_are_named_in_words(pointers: list[str], words: str) -> None:
    text = squeezed(page(plan_page(ours().model_copy(update={"assumptions": pointers}), scenario()), 120))
    assert words in text


def test_every_assumption_has_words() -> None:
    bare = {key: value for key, value in document().items() if key not in {"posting", "shipping"}}
    assert set(assumptions(scenario_from_data(bare))) <= set(WORDS)


UNFINISHED = OpenReason(limit="time_limit", where="plan", detail="The search ended.", share=0.02)


@pytest.mark.parametrize(
    ("status", "objective", "words"),
    [
        ("optimal", {"gap": 0.0}, "Proven optimal\n"),
        ("optimal", {"gap": 0.00031}, "Proven optimal within 0.031%\n"),
        ("feasible", {"gap": 0.25}, "Verified plan, at most 25% from the best there can be\n"),
        ("feasible", {"gap": None}, "Verified plan, not proven optimal\n"),
        ("feasible", {"gap": 1.0}, "Verified plan, not proven optimal\n"),
    ],
)
def test_status_in_words(status: str, objective: dict[str, Any], words: str) -> None:
    assert words in "\n".join(map(str.rstrip, page(plan_page(ours(status, **objective), scenario())).splitlines()))


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        ({}, "Value 3 secured; proven that no plan secures more"),
        ({"value_bound": 4, "value_gap": 0.25}, "3 secured; proven that no plan secures more than 4 (gap 25%)"),
        ({}, "Cost cheapest plan £123.90; proven that it cannot be less than £121.10 (gap 2.3%)"),
        ({"cost_gap": 0.0}, "Cost cheapest plan £123.90; proven that it cannot be less"),
        ({"cost_bound": None, "cost_gap": None}, "stays open until the value is proven"),
        (
            {
                "open": [
                    OpenReason(limit="budget_month", where="2027-04", detail="The cap.", share=0.02),
                    OpenReason(limit="stock", where="p, lot of 2027-03-26", detail="The stock.", share=0.0025),
                ]
            },
            "Open The monthly cap of 2027-04, the stock of p, lot of 2027-03-26 leave 2.3% open",
        ),
        ({"open": [UNFINISHED]}, "Open The search ended with 2.3% still open; more time may close it"),
        (
            {"open": [UNFINISHED], "gap": 1.0},
            "Open The search ended before it could tell how much better a plan can be; more time may tell",
        ),
        (
            {"open": [UNFINISHED], "gap": None},
            "Open The search ended before it found a plan or proved that there is none; more time may decide it",
        ),
        ({}, "Embeddedness 0.5 in sum"),
        ({"least_cost": "120.00"}, "Embeddedness 0.5 in sum, chosen for £123.90 instead of the least"),
    ],
)
def test_proof_in_words(objective: dict[str, Any], words: str) -> None:
    assert words in squeezed(page(plan_page(ours(**objective), scenario()), 120))


def test_value_is_not_spoken_of_where_everything_must_be_secured() -> None:
    assert "Value" not in page(plan_page(ours(goal="min_cost"), scenario()))


def test_limits_warnings_and_assumptions() -> None:
    notes = [
        WarningNote(code="unusable", pointer="/creators/1", detail="Ben is away."),
        WarningNote(code="no_holidays", pointer="/shipping", detail="No holidays."),
        WarningNote(code="unusable", pointer="/creators/2", detail="Cat is away."),
    ]
    limits = [
        BindingLimit(limit="daily_capacity", where="2027-03-10", detail="1 of 1 parcels on 2027-03-10"),
        BindingLimit(limit="paid_share", where="trail", detail="1 of 2 creators paid"),
    ]
    limited = ours().model_copy(update={"warnings": notes, "binding": limits, "assumptions": list(RATE)})
    text = squeezed(page(plan_page(limited, scenario()), 120))
    assert "daily capacity 1 of 1 parcels on 2027-03-10 paid share trail: 1 of 2 creators paid" in text
    assert "unusable Ben is away. (1 more with this warning)" in text
    assert "no_holidays No holidays." in text
    assert "2 assumptions are left at the default, among them the posting rate of 20 to 40%: replace them" in text


def test_diagnosis_says_what_blocks_and_what_was_tried() -> None:
    diagnosis = Diagnosis(
        blocked=[
            Blocked(activation="bread", limit="network", detail="All of them reach 0.1.", attainable=0.1),
            Blocked(activation=None, limit="budget_total", detail="200.00 is needed.", attainable="200.00"),
        ],
        ways_out=[
            WayOut.model_validate(
                {"pointer": "/budget/total", "from": None, "to": "200.00", "effect": "bread too.", "verified": True}
                | {"subject": "Total budget", "change": "none → £200.00"}
            ),
            WayOut.model_validate(
                {"pointer": "/rotation/rest_days", "from": 60, "to": 30, "effect": "more.", "verified": False}
            ),
        ],
    )
    text = squeezed(page(plan_page(ours().model_copy(update={"diagnosis": diagnosis}), scenario()), 120))
    assert "bread network: All of them reach 0.1. Everything budget total: 200.00 is needed." in text
    assert "Total budget none → £200.00 bread too. (tried by solving)" in text
    assert "/rotation/rest_days 60 → 30 more. (not tried)" in text, "a file of an earlier version"


def test_activations_with_one_reason_are_set_apart() -> None:
    detail = "Parcels a day: 2 now; 3 suffices."
    blocked = [
        Blocked(activation=name, limit="daily_capacity", detail=detail, attainable=3) for name in ("bread", "trail")
    ]
    diagnosis = Diagnosis(blocked=blocked, ways_out=[])
    lines = page(plan_page(ours().model_copy(update={"diagnosis": diagnosis}), scenario()), 120).splitlines()
    (first,) = [number for number, line in enumerate(lines) if line.startswith("  bread,")]
    assert lines[first + 1].split() == ["trail"]


def test_limits_that_there_was_no_time_to_ask_about_are_named() -> None:
    diagnosis = Diagnosis(blocked=[], ways_out=[], complete=False, not_asked=["daily_capacity", "stock"])
    text = squeezed(page(plan_page(ours().model_copy(update={"diagnosis": diagnosis}), scenario()), 120))
    assert "Too little time to tell whether these do as well: daily capacity, stock (--diagnose gives more)." in text


def test_infeasible_and_unknown_show_no_tables() -> None:
    text = page(plan_page(nothing("infeasible", value_bound=None), scenario()))
    assert "Infeasible: proven that no plan" in text
    assert "2 activations asked for" in text
    assert "Window" not in text
    unknown = page(plan_page(nothing("unknown", value_bound=3), scenario()))
    assert "No plan found in the time given" in unknown
    assert "proven that no plan secures more than 3" in unknown
    assert "Embeddedness" not in unknown


def test_certificate_line() -> None:
    assert "Verified independently: 28 of 28 rules kept.\n" in page(plan_page(plan(), scenario()), 120).replace(
        " \n", "\n"
    )
    simulated = page(judged_page(plan(draws=2000), scenario()), 120)
    assert "28 of 28 rules kept; 2,000 simulated campaigns agree with the chances." in simulated


@pytest.mark.parametrize(
    ("without", "words"),
    [(nothing("infeasible", value_bound=None), "no plan"), (plan([]), "the plan is empty")],
)
def test_without_assignments_there_is_nothing_to_verify(without: Plan, words: str) -> None:
    text = page(plan_page(without, scenario()))
    assert f"Nothing to verify: {words}." in text
    assert "kept" not in text


def test_hand_made_plan_shows_broken_rules_first() -> None:
    late = plan([decision("cat", "paid", "2027-03-28"), decision("ana", "gift", "2027-03-11")])
    text = page(judged_page(late, scenario()))
    assert "Judged as it stands: 3 rules broken" in text
    assert text.index("✗ Broken") < text.index("ship_days") < text.index("delivery") < text.index("Activation")
    assert "✗ 24.5%" in text
    assert "NOT verified: 25 of 28 rules kept" in text
    assert "How good it is" not in text


def test_hand_made_plan_that_keeps_every_rule() -> None:
    text = page(judged_page(plan(), scenario()))
    assert "Judged as it stands: keeps every rule" in text
    assert "✗" not in text


def test_empty_plan_has_no_parcels_and_no_money() -> None:
    text = page(judged_page(plan([]), scenario()))
    assert "0 of 2 activations secured for £0.00" in text
    assert "Parcels" not in text
    assert "Money" not in text


def test_plan_of_people_who_do_not_exist_is_shown_all_the_same() -> None:
    judged = plan()
    strange = [line.model_copy(update={"creator": "nobody"}) for line in judged.assignments]
    results = [judged.activations[0].model_copy(update={"community": "elsewhere"}), *judged.activations[1:]]
    odd = judged.model_copy(update={"assignments": strange, "activations": results})
    text = page(judged_page(odd, scenario()))
    assert "nobody £60.00" in text
    assert "elsewhere" in text


def test_square_brackets_are_text() -> None:
    named = scenario(name="[red]Spring[/red]")
    renamed = plan(name="[red]Spring[/red]")
    assert "[red]Spring[/red]" in page(judged_page(renamed, named))


def test_checks_do_not_rely_on_colour() -> None:
    text = squeezed(
        page(checks_page([Check(rule="stock", ok=True, detail="a"), Check(rule="locks", ok=False, detail="b")]))
    )
    assert "stock ✓ yes a" in text
    assert "locks ✗ NO b" in text


def test_wide_long_names_stay_inside_the_page() -> None:
    wordy = document()
    wordy["activations"][0]["id"] = "trail-running-in-the-lake-district-" * 3
    case, name = scenario_from_data(wordy), wordy["activations"][0]["id"]
    long = evaluate(case, [decision("cat", "paid", "2027-03-10", name)], {name: date(2027, 3, 15)}, draws=0)
    for width in (80, 120):
        assert all(len(line) <= width for line in page(judged_page(long, case), width).splitlines())


def test_whoever_is_gifted_is_named_where_that_is_asked_for() -> None:
    plan_made = ours()
    assert "gifts: " not in page(plan_page(plan_made, scenario()))
    shown = squeezed(page(plan_page(plan_made, scenario(), who=True)))
    assert "gifts: ana" in shown or "gifts: @ana" in shown
