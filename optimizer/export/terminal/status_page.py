"""The page of a campaign's status."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from optimizer.answers.status import ActivationStatus, CampaignStatus, CreatorStatus, EventWarning
from optimizer.export import formatting
from optimizer.export.formatting import count, listed, probability
from optimizer.export.terminal.elements import marked, ruled_table, spaced, titled
from optimizer.wording import SHOWN_TOLERANCE

MOST_NAMES = 4
_USED_UP = "The paid share is used up: nobody more may be offered a fee."
_STATES = (
    ("to_ship", "to ship"),
    ("on_the_way", "on the way"),
    ("delivered", "delivered, silent so far"),
    ("agreed", "agreed to a fee"),
    ("asked", "asked, no answer yet"),
    ("posted", "posted in the window"),
    ("posted_early", "posted before the window"),
    ("posted_late", "posted after the window"),
    ("silent", "silent to the end"),
    ("refused", "refused the fee"),
    ("declined", "declined the gift"),
    ("lost", "parcel lost"),
    ("no_parcel", "without a parcel"),
)
_TOLD = {
    "presumed_shipped": "No `shipped`: taken as shipped on the planned day",
    "presumed_delivered": "No `delivered` by then: taken as delivered, day unknown",
    "unplanned_post": "Posts by members outside the plan: counted",
    "unplanned_parcel": "Parcels outside the plan: taken into it as gifts",
    "event_repeated": "Lines that stand twice: counted once",
    "fee_ignored": "Fees that belong to no `asked` or `agreed`: ignored",
}


def status_page(status: CampaignStatus) -> RenderableType:
    """Return the page."""
    page = _Page(status)
    return spaced(
        [
            Group(Text(status.scenario.name, style="bold"), *map(Text, page.sentences())),
            page.activations(),
            page.to_decide(),
            page.people(),
            page.presumed(),
        ]
    )


class _Page:
    def __init__(self, status: CampaignStatus):
        self.status = status
        self.handles = {line.creator: line.handle or line.creator for line in status.creators}

    def money(self, amount: str) -> str:
        return formatting.money(amount, self.status.scenario.currency)

    def sentences(self) -> Iterator[str]:
        status, rate = self.status, self.status.rate
        yield f"On the morning of {formatting.day(status.as_of, year=True)}."
        contingent = f", {self.money(status.contingent)} offered" if status.contingent.strip("0.") else ""
        yield f"{self.money(status.spent)} spent of {self.money(status.committed)} committed{contingent}."
        assumed = f"{probability(rate.assumed_low)} to {probability(rate.assumed_high)} assumed"
        if rate.low < rate.high:
            yield (
                f"Gifted creators post with {probability(rate.mean)}, likely {probability(rate.low)} to "
                f"{probability(rate.high)} ({assumed})."
            )

    def activations(self) -> RenderableType | None:
        """Return where each activation stands."""
        if not self.status.activations:
            return Text("The plan has no activation with a window: there is nothing to track.")
        table = ruled_table()
        for title, is_figure in (
            ("Activation", False),
            ("Window", False),
            ("Posted", True),
            ("May still\npost", True),
            ("Odds\nnow", True),
            ("With\noffers", True),
        ):
            table.add_column(title, justify="right" if is_figure else "left", no_wrap=is_figure)
        table.columns[0].ratio = 1
        for item in self.status.activations:
            reached = item.odds >= item.confidence - SHOWN_TOLERANCE
            table.add_row(
                Text(item.activation),
                Text(f"{_span(item)}\n{_when(item)}"),
                Text(f"{item.posted} of {item.needed}"),
                Text(str(item.open)),
                marked(reached, probability(item.odds)),
                Text(probability(item.odds_with_recourse) if item.state != "over" else formatting.NOTHING),
            )
        aid = "✓ as likely as asked for. With offers: fees offered on the decision day where they are needed."
        return Group(table, Text(aid, style="dim"))

    def to_decide(self) -> RenderableType | None:
        return titled("To decide", ((item.activation, self._decision(item)) for item in self._undecided()))

    def _undecided(self) -> Iterator[ActivationStatus]:
        for item in self.status.activations:
            if item.state != "over" and item.posted < item.needed:
                yield item

    def _decision(self, item: ActivationStatus) -> str:
        if item.rescue is not None:
            offers = ", ".join(f"{self._name(offer.creator)} {self.money(offer.fee)}" for offer in item.rescue.offers)
            return f"Now: offer {offers}. {self.money(item.rescue.cost)} bring it to {probability(item.rescue.odds)}."
        return _late(item) if self.status.as_of >= item.decide_on else _in_time(item)

    def _name(self, creator: str) -> str:
        return self.handles.get(creator, creator)

    def people(self) -> RenderableType | None:
        """Return who stands where, activation by activation."""
        table = RichTable.grid(padding=(0, 2, 0, 0))
        for _ in range(2):
            table.add_column(no_wrap=True)
        table.add_column()
        for activation, group in groupby(sorted(self.status.creators, key=self._place), key=lambda x: x.activation):
            lines = list(group)
            title = activation
            for state, words in _STATES:
                own = [line for line in lines if line.state == state]
                if own:
                    table.add_row(Text(title), Text(f"{len(own):>3} {words}"), Text(self._named(own)))
                    title = ""
        return Group(Text("People", style="bold"), table) if table.row_count else None

    def _place(self, line: CreatorStatus) -> int:
        return [item.activation for item in self.status.activations].index(line.activation)

    def _named(self, lines: Sequence[CreatorStatus]) -> str:
        return listed([self._name(line.creator) for line in lines], MOST_NAMES)

    def presumed(self) -> RenderableType | None:
        """Return what was taken for granted, or left out, by kind."""
        kinds: dict[str, list[EventWarning]] = {}
        for warning in self.status.warnings:
            kinds.setdefault(warning.code, []).append(warning)
        never = [item for item in self.status.activations if item.odds_if_never_came is not None]
        lines = [(code, self._told(code, found)) for code, found in kinds.items()]
        lines += [
            (item.activation, f"{probability(item.odds_if_never_came or 0)} if parcels presumed delivered never came.")
            for item in never
            if item.state != "over" and item.odds_if_never_came != item.odds
        ]
        return titled("Taken for granted: check", lines)

    def _told(self, code: str, found: Sequence[EventWarning]) -> str:
        told = _TOLD.get(code)
        if told is None:
            return " ".join(warning.detail for warning in found)
        names = [self._name(warning.creator) for warning in found if warning.creator]
        rows = [warning.where for warning in found if warning.where and not warning.creator]
        return f"{told} ({len(found)}): {listed(_once([*names, *rows]), MOST_NAMES)}."


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _span(item: ActivationStatus) -> str:
    start, end = item.window.start, item.window.end
    return f"{start.day} {start:%b} – {end.day} {end:%b}"


def _when(item: ActivationStatus) -> str:
    return {"before": "not yet open", "open": "open", "over": "over"}[item.state]


def _late(item: ActivationStatus) -> str:
    """Return what to do from the decision day on, where there is no rescue."""
    if item.odds >= item.confidence - SHOWN_TOLERANCE:
        return "Nothing: it is as likely as asked for."
    if item.odds_with_recourse >= item.confidence - SHOWN_TOLERANCE:
        return f"Wait for the answers: if all agree, {probability(item.odds_with_recourse)}."
    if not item.may_be_asked:
        return "Nobody can be offered a fee any more."
    return _USED_UP if not item.offers_left else "No offer would help."


def _in_time(item: ActivationStatus) -> str:
    """Return what to do before the decision day."""
    if not item.may_be_asked:
        return "Nobody could be offered a fee."
    if not item.offers_left:
        return _USED_UP
    people = count(item.offers_left, "person", "people")
    return f"On {formatting.day(item.decide_on)}; until then wait. Up to {people} could be offered a fee."
