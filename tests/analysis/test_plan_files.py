"""Plans in and out of files: nothing lost, nothing misread, every bad cell told at once."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.plan_files import decisions_csv, read_answer, read_decisions, read_plan
from optimizer.analysis.report import Decision
from optimizer.errors import InputError
from optimizer.plan import Plan, to_json
from optimizer.scenario.models import Scenario
from tests.analysis.cases import checked, solved, two

SCENARIO = checked(two())
HEAD = "creator,activation,mode,ship_on,window_start\n"
LINE = "x-1,a,gift,2027-03-26,2027-03-29\n"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return solved(two()).plan


def written(tmp_path: Path, content: str | bytes, name: str = "plan.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def decisions(tmp_path: Path, content: str | bytes, name: str = "plan.csv") -> tuple[list[Decision], dict[str, date]]:
    return read_decisions(written(tmp_path, content, name), SCENARIO)


def problems(tmp_path: Path, content: str | bytes, name: str = "plan.csv") -> list[tuple[str, str]]:
    """Return (pointer, code) of all that is wrong."""
    with pytest.raises(InputError) as caught:
        decisions(tmp_path, content, name)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


def of(plan: Plan) -> tuple[list[Decision], dict[str, date]]:
    lines = [Decision(line.creator, line.activation, line.mode, line.ship_on) for line in plan.assignments]
    return lines, {item.activation: item.window.start for item in plan.activations if item.window}


def test_a_plan_file_is_read_back_as_it_was(plan: Plan, tmp_path: Path) -> None:
    assert read_plan(written(tmp_path, to_json(plan), "plan.json")) == plan


def test_everything_wrong_with_a_plan_file_is_told(plan: Plan, tmp_path: Path) -> None:
    data = json.loads(to_json(plan))
    data["totals"]["gifts"] = "many"
    data["assignments"][0]["ship_on"] = "26.3.2027"
    data["extra"] = 1
    with pytest.raises(InputError) as caught:
        read_plan(written(tmp_path, json.dumps(data), "plan.json"))
    found = {problem.pointer for problem in caught.value.problems}
    assert found == {"/totals/gifts", "/assignments/0/ship_on", "/extra"}


@pytest.mark.parametrize("content", ["", "{", "[]", "no"])
def test_what_is_no_plan_is_refused(content: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_plan(written(tmp_path, content, "plan.json"))
    assert problems(tmp_path, content, "plan.json")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    for name in ("no.csv", "no.json"):
        with pytest.raises(InputError):
            read_decisions(tmp_path / name, SCENARIO)


@pytest.mark.parametrize("name", ["plan.json", "plan.csv"])
def test_decisions_come_back_from_either_format(plan: Plan, name: str, tmp_path: Path) -> None:
    content = to_json(plan) if name.endswith("json") else decisions_csv(plan)
    assert decisions(tmp_path, content, name) == of(plan)


def test_a_plan_by_hand_needs_no_figures(tmp_path: Path) -> None:
    line = {"creator": "x-1", "activation": "a", "mode": "gift", "ship_on": "2027-03-26"}
    data = {"assignments": [{**line, "window": {"start": "2027-03-29"}}]}
    expected = [Decision("x-1", "a", "gift", date(2027, 3, 26))], {"a": date(2027, 3, 29)}
    assert decisions(tmp_path, json.dumps(data), "plan.json") == expected


def test_windows_without_people_are_kept(tmp_path: Path) -> None:
    data = {
        "assignments": [],
        "activations": [{"activation": "a", "window": {"start": "2027-03-29"}}, {"window": None}],
    }
    assert decisions(tmp_path, json.dumps(data), "plan.json") == ([], {"a": date(2027, 3, 29)})


@pytest.mark.parametrize(
    "content",
    [
        HEAD + LINE,
        "\ufeff" + HEAD + LINE,
        HEAD.replace(",", ";") + LINE.replace(",", ";"),
        "Window Start, Ship On ,MODE,Activation,Creator,note\n2027-03-29,2027-03-26,Gift,a,x-1,hello\n",
        HEAD + "\n" + ' "x-1" ,a, gift,2027-03-26,2027-03-29\n,,,,\n'.replace(' "x-1" ', '"x-1"'),
        HEAD.replace("\n", "\r\n") + LINE.replace("\n", "\r\n"),
    ],
)
def test_a_csv_may_look_as_spreadsheets_write_it(content: str, tmp_path: Path) -> None:
    expected = [Decision("x-1", "a", "gift", date(2027, 3, 26))], {"a": date(2027, 3, 29)}
    assert decisions(tmp_path, content) == expected


def test_every_bad_cell_is_told_with_row_and_column(tmp_path: Path) -> None:
    rows = "nobody,a,gift,2027-03-26,2027-03-29\nx-1,c,lend,26/30/2027,\nx-2,a,gift,03/04/2027,1066-10-14\nx-3,a\n"
    assert problems(tmp_path, HEAD + rows) == [
        ("row 2, column creator", "unknown_reference"),
        ("row 3, column activation", "unknown_reference"),
        ("row 3, column window_start", "missing_field"),
        ("row 3, column mode", "unknown_choice"),
        ("row 3, column ship_on", "date_format"),
        ("row 4, column window_start", "out_of_range"),
        ("row 4, column ship_on", "date_format"),
        ("row 5, column window_start", "missing_field"),
        ("row 5, column mode", "missing_field"),
        ("row 5, column ship_on", "missing_field"),
    ]


def test_pairs_that_come_twice_and_windows_that_differ_are_told(tmp_path: Path) -> None:
    rows = LINE + LINE + "x-2,a,gift,2027-03-26,2027-04-05\n"
    assert problems(tmp_path, HEAD + rows) == [
        ("row 3, column creator", "duplicate_decision"),
        ("row 4, column window_start", "conflicting_window"),
    ]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("creator,activation,mode,ship_on\n", [("row 1, column window_start", "missing_column")]),
        ("mode," + HEAD, [("row 1, column mode", "duplicate_column")]),
        (HEAD + "x-1,a,gift,2027-03-26,2027-03-29,more\n", [("row 2", "too_many_cells")]),
        (HEAD + '"x-1,a\n', [("row 2", "not_csv")]),
        (b"\xff\xfe\x00", [("", "not_text")]),
    ],
)
def test_a_table_of_another_shape_is_refused(
    content: str | bytes, found: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert problems(tmp_path, content) == found


def test_an_empty_csv_is_told(tmp_path: Path) -> None:
    assert {code for _, code in problems(tmp_path, "")} == {"empty_file"}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"creator": 7}, [("/assignments/0/creator", "wrong_type")]),
        ({"creator": ["x-1"]}, [("/assignments/0/creator", "wrong_type")]),
        ({"mode": None}, [("/assignments/0/mode", "missing_field")]),
        ({"window": "2027-03-29"}, [("/assignments/0/window/start", "missing_field")]),
        ({"window": {"start": "2027-03-29", "end": "2027-04-10"}}, [("/assignments/0/window/end", "window_length")]),
        ({"window": {"start": "2027-03-29", "end": "2027-04-11"}}, []),
    ],
)
def test_fields_of_a_json_plan_are_checked(
    changes: dict[str, Any], found: list[tuple[str, str]], tmp_path: Path
) -> None:
    line = {"creator": "x-1", "activation": "a", "mode": "gift", "ship_on": "2027-03-26"}
    data = {"assignments": [{**line, "window": {"start": "2027-03-29"}, **changes}]}
    content = json.dumps(data)
    if found:
        assert problems(tmp_path, content, "plan.json") == found
    else:
        assert len(decisions(tmp_path, content, "plan.json")[0]) == 1


def test_a_window_of_an_activation_may_not_contradict_its_lines(tmp_path: Path) -> None:
    line = {"creator": "x-1", "activation": "a", "mode": "gift", "ship_on": "2027-03-26"}
    data = {
        "assignments": [{**line, "window": {"start": "2027-03-29"}}],
        "activations": ["a", {"activation": "a", "window": {"start": "2027-04-05"}}],
    }
    assert problems(tmp_path, json.dumps(data), "plan.json") == [
        ("/activations/0", "wrong_type"),
        ("/activations/1/window/start", "conflicting_window"),
    ]


def test_a_typo_gets_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Did you mean `x-1`"):
        decisions(tmp_path, HEAD + LINE.replace("x-1", "x1"))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.integers(1, 4),
            st.sampled_from(["gift", "paid"]),
            st.dates(date(2027, 3, 1), date(2027, 5, 1)),
        ),
        unique_by=lambda line: line[:2],
    )
)
def test_any_decisions_survive_a_csv(tmp_path_factory: pytest.TempPathFactory, lines: list[Any]) -> None:
    community = {"a": "x", "b": "y"}
    given_lines = [Decision(f"{community[wave]}-{number}", wave, mode, day) for wave, number, mode, day in lines]
    starts = {line.activation: date(2027, 3, 29) for line in given_lines}
    content = decisions_csv(evaluate(SCENARIO, given_lines, starts, draws=0))
    found, found_starts = decisions(tmp_path_factory.mktemp("csv"), content)
    assert set(found) == set(given_lines)
    assert found_starts == starts


def named(*names: str) -> Scenario:
    """Return the scenario with its first creators called so."""
    document = two()
    for creator, name in zip(document["creators"], names, strict=False):
        creator["id"] = name
    return checked(document)


@pytest.mark.parametrize(
    ("names", "cell", "meant"),
    [
        (["=x"], "'=x", "=x"),
        (["=x"], "=x", "=x"),
        (["'=x"], "'=x", "'=x"),
        (["'=x"], "''=x", "'=x"),
        (["=x", "'=x"], "'=x", "=x"),
        (["=x", "'=x"], "''=x", "'=x"),
    ],
)
def test_ids_like_formulas_are_read_neutralised_or_not(names: list[str], cell: str, meant: str, tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + LINE.replace("x-1", cell))
    assert read_decisions(path, named(*names))[0][0].creator == meant


def test_an_unknown_id_is_told_as_it_was_written(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_decisions(written(tmp_path, HEAD + LINE.replace("x-1", "'=z")), named("=x"))
    assert [(problem.code, problem.value) for problem in caught.value.problems] == [("unknown_reference", "'=z")]


def test_decisions_written_as_csv_are_no_formulas(tmp_path: Path) -> None:
    scenario = named("=x", "@y")
    plan = evaluate(scenario, [Decision("=x", "a", "gift", date(2027, 3, 26))], {"a": date(2027, 3, 29)}, draws=0)
    text = decisions_csv(plan)
    assert "\n'=x," in text
    assert read_decisions(written(tmp_path, text), scenario)[0][0].creator == "=x"


def test_the_separator_is_the_one_under_which_the_columns_are_found(tmp_path: Path) -> None:
    found, _ = decisions(tmp_path, HEAD.replace("\n", ",note;;;;;;;;;;\n") + LINE)
    assert [decision.creator for decision in found] == ["x-1"]


def test_an_answer_is_read_for_its_own_scenario_only(plan: Plan, tmp_path: Path) -> None:
    path = written(tmp_path, to_json(plan), "plan.json")
    assert read_answer(path, SCENARIO) == plan
    with pytest.raises(InputError) as caught:
        read_answer(path, checked(two(name="Other")))
    assert [problem.code for problem in caught.value.problems] == ["other_scenario"]
