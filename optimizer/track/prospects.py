"""Each line as polynomials of the campaign's rate: the evidence of its posts and silence, and the posts still to come.

At relative rate r, for a gifted creator who posts at all with chance p at the middle of the band: the evidence of a
post is r (the rest does not depend on r), that of silence 1 − r·p·V; who is silent posts inside the window later with
chance r·p·(I_end − I)/(1 − r·p·V). Evidence × chance is linear in r, so that a node rule which is exact for plans is
exact here. Who is paid gives no evidence, and may post until the window's last day: silence says nothing before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from optimizer.derive.instance import Floats
from optimizer.scenario.fields import Posting
from optimizer.scenario.semantics import accepted_modes
from optimizer.track.lines import Line
from optimizer.track.outlook import Arrivals, Outlook


@dataclass(frozen=True)
class Prospect:
    """What a line says about the rate, and what may come of it.

    Attributes
    ----------
    posted
        It is the post of a gifted creator: evidence r.
    silence
        p·V: evidence 1 − r·silence; 0 where silence says nothing.
    sure
        Chance of a post inside the window that does not depend on the rate.
    late
        p·(I_end − I): a gifted creator's post still to come, over 1 − r·silence.
    reliability
        Of a paid post, where the creator is or could be paid.
    timely, timely_silence
        P(D in time for a paid post), and p·V over such days alone.
    """

    line: Line
    posted: bool = False
    silence: float = 0.0
    sure: float = 0.0
    late: float = 0.0
    reliability: float = 0.0
    timely: float = 0.0
    timely_silence: float = 0.0
    is_converted: bool = False

    def chance(self, ratio: Floats) -> Floats:
        """Return the chance of a post inside the window still to come, at every relative rate."""
        if self.is_converted:
            return self.if_paid(ratio)
        return self.sure + _over(ratio * self.late, 1 - ratio * self.silence)

    def if_paid(self, ratio: Floats) -> Floats:
        """Return that chance if the creator agrees to a fee: where the parcel is there in time, and they are reliable.

        Silence counts here too: it makes a parcel more likely that has not arrived.
        """
        there = self.timely - ratio * self.timely_silence
        return self.reliability * _over(there, 1 - ratio * self.silence)

    @property
    def is_open(self) -> bool:
        """Whether a post may still come."""
        return self.sure > 0 or self.late > 0 or (self.is_converted and self.reliability * self.timely > 0)


def _over(part: Floats, whole: Floats) -> Floats:
    """Return part / whole; 0 where a rate is ruled out by what was seen."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


@dataclass(frozen=True)
class Prospects:
    """Makes prospects of lines on a day."""

    posting: Posting
    outlook: Outlook
    as_of: date

    def of(self, line: Line, *, came: bool = True) -> Prospect:
        """Return the prospect of a line.

        Parameters
        ----------
        came
            False: as if a parcel that is presumed delivered never came.
        """
        if not came and line.never_came:
            return Prospect(line)
        facts = line.facts
        if facts.posted is not None:
            return self._posted(line)
        if not line.is_in or not line.arrivals:
            return Prospect(line)
        if line.mode == "paid":
            in_time = sum(chance for _, chance in self._in_time(line, line.arrivals))
            over = self.as_of > line.window.end
            return Prospect(line, sure=0.0 if over else self._reliability(line) * in_time)
        return self._gifted(line)

    def _posted(self, line: Line) -> Prospect:
        agreed, posted = line.facts.agreed, line.facts.posted
        assert posted is not None
        if line.mode != "gift":
            return Prospect(line)
        if agreed is None or posted.on < agreed.on:
            return Prospect(line, posted=True)
        # The post is bought; that none came before the agreement stays evidence.
        return Prospect(line, silence=self._silence(line, line.arrivals, agreed.on.toordinal()))

    def _gifted(self, line: Line) -> Prospect:
        chance, end = self._organic(line), line.window.end.toordinal()
        opens = line.window.start.toordinal()
        agreed = line.facts.agreed
        until = (agreed.on if agreed else self.as_of).toordinal()
        seen = self.outlook.seen(line.arrivals, opens, end, until)
        last = self.outlook.seen(line.arrivals, opens, end, end + 1)
        in_time = self._in_time(line, line.arrivals)
        can_pay = until <= end - self.posting.paid_prep_days and self.as_of <= line.window.end
        return Prospect(
            line,
            silence=chance * seen.anywhere,
            late=0.0 if agreed else max(0.0, chance * (last.inside - seen.inside)),
            reliability=self._reliability(line) if can_pay else 0.0,
            timely=sum(share for _, share in in_time),
            timely_silence=self._silence(line, in_time, until),
            is_converted=agreed is not None,
        )

    def later(self, prospect: Prospect, morning: date) -> tuple[Prospect, float]:
        """Return an open gift's prospect on a later morning if it is silent until then, and p·I gained by then."""
        line, end, opens = prospect.line, prospect.line.window.end.toordinal(), prospect.line.window.start.toordinal()
        then = Prospects(self.posting, self.outlook, morning).of(line)
        chance = self._organic(line)
        now = self.outlook.seen(line.arrivals, opens, end, self.as_of.toordinal())
        gained = self.outlook.seen(line.arrivals, opens, end, morning.toordinal()).inside - now.inside
        return then, max(0.0, chance * gained)

    def _silence(self, line: Line, arrivals: Arrivals, until: int) -> float:
        opens, closes = line.window.start.toordinal(), line.window.end.toordinal()
        return self._organic(line) * self.outlook.seen(arrivals, opens, closes, until).anywhere

    def _in_time(self, line: Line, arrivals: Arrivals) -> list[tuple[int, float]]:
        """Return the days of delivery that leave time for a paid post."""
        last = line.window.end.toordinal() - self.posting.paid_prep_days
        return [(day, chance) for day, chance in arrivals if day <= last]

    def _organic(self, line: Line) -> float:
        band, own = self.posting.organic_rate, line.creator.organic_rate
        return (band.low + band.high) / 2 if own is None else own

    def _reliability(self, line: Line) -> float:
        own = line.creator.paid_reliability
        return self.posting.paid_reliability if own is None else own


def may_be_offered(line: Line) -> bool:
    """Return whether a fee could be offered to a gifted creator who has not posted."""
    if line.mode != "gift" or not line.is_in or line.facts.posted or line.facts.answer or line.facts.declined:
        return False
    return "paid" in accepted_modes(line.creator)


def chances(prospects: Sequence[Prospect], ratio: Floats) -> list[Floats]:
    """Return the chances of posts still to come of all who may post, each at every relative rate."""
    return [prospect.chance(ratio) for prospect in prospects if prospect.is_open]
