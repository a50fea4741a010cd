"""Every row of the table of events, once accepted and once refused, and files that are no good."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.answers.status import CampaignStatus, CreatorStatus
from optimizer.errors import InputError, Problem
from optimizer.track.campaign import campaign_of
from optimizer.track.rows import TableOptions, json_rows, table_rows
from optimizer.track.tracking import status_of
from tests.track.cases import event, plan, refusals, scenario, status

MAY = date(2027, 5, 1)


def codes(found: CampaignStatus) -> set[str]:
    return {warning.code for warning in found.warnings}


def line(found: CampaignStatus, creator: str) -> CreatorStatus:
    return next(item for item in found.creators if item.creator == creator)


def from_table(text: str | bytes, **options: Any) -> CampaignStatus:
    return status_of(campaign_of(scenario(), plan(), table_rows(text, TableOptions(**options))))


@pytest.mark.parametrize(
    ("events", "problems"),
    [
        ([event("13", "nobody", "shipped")], [("unknown_creator", "/0/creator")]),
        ([event("13", "ana", "shipped", "trial")], [("unknown_activation", "/0/activation")]),
        ([event("13", "ana", "sent")], [("unknown_event", "/0/event")]),
        ([event("13", "fay", "shipped")], [("not_a_member", "/0/creator")]),
        ([event("13", "ana", "shipped") | {"on": "2026-12-12"}], [("event_out_of_range", "/0/on")]),
        ([event("13", "ana", "shipped") | {"on": "2027-10-05"}], [("event_out_of_range", "/0/on")]),
        ([event("13", "ana", "shipped") | {"on": "13.4."}], [("date_format", "/0/on")]),
        ([event("14", "ana", "posted")], [("posted_before_delivery", "/0")]),
        ([event("30", "ana", "posted"), event("5-01", "ben", "posted")], [("event_in_future", "/1")]),
        ([event("20", "ana", "posted"), event("21", "ana", "posted")], [("event_conflict", "/1")]),
        ([event("20", "ana", "agreed")], [("event_conflict", "/0")]),
        ([event("17", "ana", "delivered"), event("18", "ana", "lost")], [("event_conflict", "/1")]),
        ([event("17", "ana", "lost"), event("18", "ana", "delivered")], [("event_conflict", "/1")]),
        ([event("20", "dan", "asked")], [("event_conflict", "/0")]),
        ([event("20", "gil", "asked", "bread")], [("event_conflict", "/0")]),
        ([event("16", "ana", "lost"), event("20", "ana", "posted")], [("event_conflict", "/1")]),
        ([event("16", "ana", "declined"), event("20", "ana", "posted")], [("event_conflict", "/1")]),
        ([event("13", "ana", "shipped"), event("14", "ana", "shipped")], [("event_conflict", "/1")]),
        ([event("16", "ana", "delivered"), event("17", "ana", "shipped")], [("event_conflict", "/1")]),
        ([event("20", "ana", "void", note="posted 2027-04-20")], [("nothing_to_void", "/0")]),
        ([event("20", "ana", "void", note="the post")], [("void_note", "/0/note")]),
        ([event("26", "ana", "asked", fee="60.123")], [("money_format", "/0/fee")]),
        ([{"on": "2027-04-13", "creator": "ana", "what": "x"}], [("unknown_field", "/0/what")]),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(events: list[dict[str, str]], problems: list[Any]) -> None:
    assert set(problems) <= set(refusals(*events, as_of=MAY))


def test_all_problems_come_at_once_in_the_order_of_the_file_and_conflicts_name_both_lines() -> None:
    text = "on,creator,activation,event\n2027-04-20,ana,trail,posted\n2027-04-13,zoe,trail,shipped\n"
    text += "2027-04-22,ana,trail,posted\n2027-04-22,ben,trail,flew\n"
    with pytest.raises(InputError) as caught:
        from_table(text)
    assert [(problem.code, problem.pointer) for problem in caught.value.problems] == [
        ("unknown_creator", "row 3, column creator"),
        ("event_conflict", "row 4"),
        ("unknown_event", "row 5, column event"),
    ]
    assert "(row 4) contradicts posted on 2027-04-20 (row 2)" in caught.value.problems[1].detail


def test_the_same_line_twice_counts_once() -> None:
    shipped = event("13", "ana", "shipped")
    found = status(shipped, shipped, as_of=date(2027, 4, 14))
    assert [warning.where for warning in found.warnings if warning.code == "event_repeated"] == ["/1"]
    assert line(found, "ana").shipped_on == date(2027, 4, 13)


def test_a_post_before_or_without_delivery_means_delivered_by_then() -> None:
    without = status(event("20", "ana", "posted"))
    before = status(event("20", "ana", "posted"), event("21", "ana", "delivered"))
    for found in (without, before):
        assert (line(found, "ana").delivered_on, line(found, "ana").presumed[-1]) == (None, "delivered")
        assert "presumed_delivered" in codes(found)
        assert found.activations[0].posted == 1


def test_a_member_outside_the_plan_counts_and_a_parcel_to_one_is_a_gift() -> None:
    post = status(event("20", "hal", "posted"))
    assert ("unplanned_post" in codes(post), post.activations[0].posted, line(post, "hal").mode) == (True, 1, None)
    parcel = status(event("19", "hal", "shipped"))
    assert ("unplanned_parcel" in codes(parcel), line(parcel, "hal").mode) == (True, "gift")
    assert float(parcel.committed) == pytest.approx(float(status().committed) + 25.65)
    assert line(parcel, "hal").chance > 0


def test_a_ship_day_that_passed_counts_as_kept_unless_somebody_declined() -> None:
    found = status(event("13", "ben", "declined"), as_of=date(2027, 4, 14))
    assert line(found, "ana").presumed == ["shipped"]
    assert (line(found, "ben").state, line(found, "ben").shipped_on, line(found, "ben").chance) == ("declined", None, 0)
    assert {warning.creator for warning in found.warnings if warning.code == "presumed_shipped"} == {
        *("ana", "cat", "dan", "eve")
    }


def test_a_parcel_overdue_counts_as_delivered_on_an_unknown_day() -> None:
    found = status(event("16", "ana", "delivered"), as_of=date(2027, 4, 21))
    assert (line(found, "ben").state, line(found, "ben").delivered_on) == ("delivered", None)
    assert found.activations[0].odds_if_never_came is not None
    assert found.activations[0].odds_if_never_came < found.activations[0].odds
    on_its_way = status(event("16", "ana", "delivered"), as_of=date(2027, 4, 17))
    assert (line(on_its_way, "ben").state, codes(on_its_way)) == ("on_the_way", {"presumed_shipped"})


def test_a_lost_parcel_can_be_sent_again_and_costs_twice() -> None:
    found = status(event("13", "ana", "shipped"), event("16", "ana", "lost"), event("16", "ana", "shipped"))
    assert (line(found, "ana").state, line(found, "ana").shipped_on) == ("on_the_way", date(2027, 4, 16))
    assert float(found.committed) == pytest.approx(float(status().committed) + 25.65)


def test_offers_are_contingent_until_answered_and_an_agreed_fee_replaces_the_own() -> None:
    asked = [event("26", "ana", "asked")]
    assert status(*asked).contingent == "60.00"
    agreed = status(*asked, event("26", "ana", "agreed", fee="75.50"))
    assert (agreed.contingent, line(agreed, "ana").fee, line(agreed, "ana").mode) == ("0.00", "75.50", "paid")
    assert float(agreed.committed) == pytest.approx(float(status().committed) + 75.5)
    refused = status(*asked, event("26", "ana", "refused"))
    assert (refused.contingent, line(refused, "ana").state, line(refused, "ana").mode) == ("0.00", "delivered", "gift")
    assert line(refused, "ana").chance > 0


def test_of_one_day_the_question_comes_before_the_answer() -> None:
    found = status(event("26", "ana", "agreed"), event("26", "ana", "asked"))
    assert (line(found, "ana").state, found.contingent) == ("agreed", "0.00")


def test_who_is_paid_in_the_plan_counts_as_asked_and_a_no_frees_the_fee() -> None:
    assert refusals(event("13", "eve", "agreed")) == []
    refused = status(event("14", "eve", "refused"))
    assert (line(refused, "eve").state, line(refused, "eve").chance) == ("refused", 0)
    assert float(refused.committed) == pytest.approx(float(status().committed) - 90)
    before_shipping = status(event("13", "eve", "refused"))
    assert float(before_shipping.committed) == pytest.approx(float(status().committed) - 90 - 25.65)
    assert status(as_of=date(2027, 5, 3)).spent == status().committed


def test_a_void_takes_back_the_event_it_names() -> None:
    posted, void = event("20", "ana", "posted"), event("22", "ana", "void", note="posted 2027-04-20")
    back = status(posted, void)
    assert (back.activations[0].posted, back.as_of) == (0, date(2027, 4, 23))
    again = status(posted, void, posted)
    assert (again.activations[0].posted, codes(again) & {"event_repeated"}) == (1, set())
    assert "event_repeated" in codes(status(posted, void, void))
    by_day = event("22", "ana", "void", note="2027-04-20")
    assert status(posted, by_day).activations[0].posted == 0


def test_posts_outside_the_window_are_counted_apart() -> None:
    found = status(event("18", "ana", "posted"), event("5-04", "ben", "posted"))
    assert (found.activations[0].posted, found.activations[0].outside) == (0, 2)
    assert [line(found, name).state for name in ("ana", "ben")] == ["posted_early", "posted_late"]


@pytest.mark.parametrize(
    "raw",
    [
        "Datum;Creator;Activation;Event;Fee\n".replace("Datum", "Date").encode()
        + b"26/04/2027;@Ana.Fell;trail;Asked;60,00\n",
        "on\tcreator\tactivation\tevent\tfee\n2027-04-26\t'@ana.fell\ttrail\tasked\t60.00\n".encode("utf-16"),
        "sep=,\non,creator,activation,event,fee,extra\n26-Apr-2027, ana ,trail,ASKED,£60.00,x\n\n".encode(),
        "\ufeffon,handle,activation,event,fee\n2027-04-26,instagram.com/ana.fell,trail,asked,60\nTotal,,,,60\n".encode(),
    ],
)
def test_tables_of_any_kind_are_read(raw: bytes) -> None:
    found = from_table(raw)
    assert (found.contingent, line(found, "ana").state, found.as_of) == ("60.00", "asked", date(2027, 4, 27))


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"on,creator\n", b'on,creator,activation,event\n"2027', b"[]"])
def test_files_that_are_no_events_are_refused(raw: bytes) -> None:
    with pytest.raises(InputError):
        from_table(raw)


@pytest.mark.parametrize("data", [{}, 5, "x", None, {"events": {}}, [1, None, [], "x"], [{}], [{"on": {}, "note": []}]])
def test_json_that_is_no_events_is_refused(data: object) -> None:
    with pytest.raises(InputError):
        campaign_of(scenario(), plan(), json_rows(data))


CELLS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.just("2027-04-20"))


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "on": CELLS | st.just("2027-04-21"),
                "creator": CELLS | st.sampled_from(["ana", "ben", "eve", "hal"]),
                "activation": CELLS | st.sampled_from(["trail", "bread"]),
                "event": CELLS | st.sampled_from(["shipped", "posted", "asked", "void", "lost", "agreed"]),
                "fee": CELLS,
                "note": CELLS | st.just("posted 2027-04-21"),
            }
        ),
        max_size=6,
    )
)
def test_any_events_are_read_or_refused(events: list[dict[str, Any]]) -> None:
    problems: list[Problem] = []
    try:
        found = status_of(campaign_of(scenario(), plan(), json_rows(events)))
    except InputError as error:
        problems = [*error.problems]
    else:
        assert json.loads(found.model_dump_json())["schema_version"] == 1
    assert all(problem.pointer and problem.remedy for problem in problems)


def test_a_long_file_is_read_in_time_and_its_problems_are_bounded() -> None:
    rows = ["on,creator,activation,event"] + ["2027-04-13,ana,trail,shipped"] * 3_000
    assert len([w for w in from_table("\n".join(rows)).warnings if w.code == "event_repeated"]) == 2_999
    with pytest.raises(InputError) as caught:
        from_table("\n".join([rows[0], *["2027-04-13,ana,trail,flew"] * 3_000]))
    assert len(caught.value.problems) == 1_001
    assert caught.value.problems[-1].code == "too_many_problems"


def test_days_that_were_not_lived_yet_are_refused_and_the_default_day_follows_the_last_event() -> None:
    assert status(event("20", "ana", "posted")).as_of == date(2027, 4, 21)
    assert refusals(event("20", "ana", "posted"), as_of=date(2027, 4, 20)) == [("event_in_future", "/0")]
    assert status(as_of=date(2027, 4, 20) + timedelta(days=400)).activations[0].state == "over"
