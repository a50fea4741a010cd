"""One thing that could not be secured: which limits stand in its way, and which single changes would help."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from optimizer.analysis.certify import Certified
from optimizer.analysis.diagnosis import phrases
from optimizer.analysis.diagnosis.documents import Patch, Scalar, value_at
from optimizer.analysis.diagnosis.insertion_check import InsertionCheck
from optimizer.analysis.diagnosis.own_limits import OwnLimits, locks
from optimizer.analysis.diagnosis.questions import NOT_KNOWN, Answer, Questions
from optimizer.analysis.diagnosis.relaxable import Relaxable
from optimizer.analysis.diagnosis.shared_limits import Limit, SharedLimits
from optimizer.analysis.diagnosis.target import INCOMPLETE, Eased, RankedWay, Target
from optimizer.analysis.diagnosis.ways import Level, least_level
from optimizer.analysis.network import CommunityNetwork, network_of
from optimizer.derive.instance import Limits
from optimizer.money import from_minor
from optimizer.plan import Blocked, Plan, WayOut
from optimizer.scenario.semantics import waves

SMALLER = f"{phrases.SMALLER_MAY_DO[0].upper()}{phrases.SMALLER_MAY_DO[1:]}."
MOST_WAYS = 5
MOST_BLOCKED = 6


@dataclass
class Examination:
    """Looks into one target; what it learns is kept in `blocked`, `ways` and `not_asked`.

    `told` are the limits, by their removal, of which it is known what makes everything possible, the target too.
    """

    inquiry: Questions
    result: Certified
    target: Target
    blocked: list[Blocked] = field(default_factory=list)
    ways: list[RankedWay] = field(default_factory=list)
    not_asked: list[str] = field(default_factory=list)
    told: frozenset[tuple[Patch, ...]] = frozenset()

    def look(self) -> None:
        """Record the networks that are too small, which takes no solving."""
        self.blocked += [phrases.network_limit(network) for network in self.too_small()]

    def too_small(self) -> list[CommunityNetwork]:
        """Return the networks that do not suffice, whatever limits are eased."""
        return [network for network in self._networks if not network.suffices]

    def second_look(self) -> bool:
        """Return whether the search lacked only time: a plan secures the target as things are; record it if so."""
        given = self.result.instance.limits
        answer = self._beside(given, ()) if self.target.rest_secured else self.inquiry.ask(self.target.asked)
        if answer.plan is not None:
            detail = phrases.overlooked(answer.plan, self.inquiry.scenario.currency)
            self._block("time_limit", detail, None)
        return answer.plan is not None

    def examine(self) -> None:
        """Take away one limit after the other; find the least change of each that stood in the way."""
        short = len(self.blocked)
        if short:
            self._concede()
        unclear = False
        limits = [limit for limit in self._limits if limit.removal not in self.told]
        for number, limit in enumerate(limits):
            if self.inquiry.over:
                self.not_asked += [other.rule for other in limits[number:]]
            if self.inquiry.over or len(self.blocked) >= MOST_BLOCKED:
                break
            answer = self._without(limit)
            if answer.possible is None:
                self.not_asked.append(limit.rule)
            unclear |= answer.possible is None
            if answer.possible:
                self._blame(limit, answer)
        if len(self.blocked) == short and not unclear and not self.told:
            self._blame_together()
        if not short:
            self._concede()

    def examine_shared(self) -> None:
        """Find the least change of each limit that activations share which alone makes the target possible.

        Nothing is recorded of a limit that does not help by one change, unless the time did not tell.
        """
        shared = [limit for limit in self._limits if limit.relaxed is not None]
        for number, limit in enumerate(shared):
            if self.inquiry.over:
                self.not_asked += [other.rule for other in shared[number:]]
                break
            priced = any(relaxable.priced for relaxable in limit.relaxables)
            eased = self._eased(limit, self._without(limit) if priced else None, upwards=True)
            if eased.changes:
                self.told |= {limit.removal}
                self._block(
                    limit.rule,
                    phrases.limit_detail(limit, self.target.name, eased.changes, settled=True),
                    eased.changes[0].value,
                )

    def best_ways(self) -> list[RankedWay]:
        """Return the smallest changes that help in ascending order; every limit has its smallest before any has two."""
        ranked = sorted(self.ways, key=lambda ranked_way: ranked_way.size)
        first = list({ranked_way.rule: ranked_way for ranked_way in reversed(ranked)}.values())
        chosen = [*first, *(ranked_way for ranked_way in ranked if ranked_way not in first)][:MOST_WAYS]
        return sorted(chosen, key=lambda ranked_way: ranked_way.size)

    @cached_property
    def _networks(self) -> list[CommunityNetwork]:
        index = {wave.id: number for number, wave in enumerate(self.result.instance.waves)}
        return [network_of(self.result.instance, index[wave.id]) for wave in self.target.fresh]

    @cached_property
    def _limits(self) -> list[Limit]:
        """Limits in the order in which they are tried: what activations share first."""
        scenario = self.inquiry.scenario
        asked = [wave for wave in waves(scenario) if wave.id in self.target.asked]
        shared = list(SharedLimits(scenario, self.result.instance.limits, asked))
        own = [limit for wave in self.target.fresh for limit in OwnLimits(scenario, wave)]
        fixed = list(locks(scenario, asked))
        return list({limit.removal: limit for limit in [*shared, *fixed, *own]}.values())

    def _without(self, limit: Limit) -> Answer:
        """Return whether the target can be secured with one limit gone."""
        quick = NOT_KNOWN
        if self.target.rest_secured and limit.relaxed is not None:
            quick = self._beside(limit.relaxed, limit.removal)
        priced = any(relaxable.priced for relaxable in limit.relaxables)
        if quick.possible and not priced:
            return quick
        thorough = self.inquiry.ask(self.target.asked, limit.removal, cheapest=priced)
        return quick if quick.possible and _cost(quick) < _cost(thorough) else thorough

    def _beside(self, limits: Limits, patches: tuple[Patch, ...]) -> Answer:
        number = next(n for n, wave in enumerate(self.result.instance.waves) if wave.id == self.target.activation)
        return InsertionCheck(self.inquiry, self.result, number).ask(limits, patches)

    def _ask(self, patch: Patch) -> Answer:
        return self.inquiry.ask(self.target.asked, (patch,))

    def _blame(self, limit: Limit, answer: Answer) -> None:
        """Record a limit that stands in the way, and the ways out of it."""
        eased = self._eased(limit, answer)
        detail = phrases.limit_detail(limit, self.target.name, eased.changes, settled=eased.settled)
        if limit.rule == "budget_total" and eased.last is not None and self.target.rest_secured:
            detail += self._instead(eased.last)
        self._block(limit.rule, detail, eased.changes[0].value if eased.changes else None)

    def _eased(self, limit: Limit, answer: Answer | None, *, upwards: bool = False) -> Eased:
        """Return the least changes of a limit that suffice, offered as ways out.

        Parameters
        ----------
        answer
            The answer without the limit, where it has been put already.
        upwards
            Try the least change before the greatest.
        """
        eased = Eased()
        for given in limit.relaxables:
            relaxable = replace(given, first_likely=True) if upwards and not given.priced else given
            least = least_level(relaxable, self._ask, answer if limit.removal == (relaxable.removal,) else None)
            if least.level is None:
                eased.settled &= least.proven
                continue
            eased.last = least.level.answer
            eased.changes.append(phrases.Change(relaxable, relaxable.value(least.level.number), least.proven))
            self._offer(limit.rule, relaxable, least.level, least=least.proven)
        if not eased.changes and not eased.settled:
            self.not_asked.append(limit.rule)
        return eased

    def _block(self, rule: str, detail: str, attainable: Scalar) -> None:
        self.blocked.append(
            Blocked(activation=self.target.activation, limit=rule, detail=detail, attainable=attainable)
        )

    def _instead(self, answer: Answer) -> str:
        instance = self.result.instance
        budget = from_minor(instance.limits.budget_minor or 0, instance.digits)
        kept = [wave.id for wave, must in zip(instance.waves, instance.must_secure, strict=True) if must]
        if answer.plan is None or self.target.activation is None:
            return ""
        return phrases.instead(answer.plan, self.target.activation, budget, kept, self.inquiry.scenario.currency)

    def _blame_together(self) -> None:
        """Where no limit alone is to blame: find limits that are to blame together, none of them without need."""
        together = list(self._limits)
        answer = self._without_all(together)
        if answer.possible is None and not self.blocked:
            self.not_asked += [limit.rule for limit in together]
        if answer.possible is False and not self.blocked:
            self._block("network", phrases.exhausted(self.target.name), None)
        if not answer.possible:
            return
        settled = True
        for limit in self._limits:
            rest = [other for other in together if other is not limit]
            fewer = self._without_all(rest)
            settled &= fewer.possible is not None
            if fewer.possible:
                together, answer = rest, fewer
        for limit in together:
            others = [other for other in together if other is not limit]
            detail = phrases.joint_detail(self.target.name, others, settled=settled)
            self._block(limit.rule, detail, _enough(limit, answer.plan))

    def _without_all(self, limits: list[Limit]) -> Answer:
        patches = {patch.pointer: patch for limit in limits for patch in limit.removal}
        return self.inquiry.ask(self.target.asked, tuple(patches.values()))

    def _concede(self) -> None:
        """Try what the target's own activations could ask less of."""
        for network, wave in zip(self._networks, self.target.fresh, strict=True):
            attainable = None if network.suffices else network.attainable
            for relaxable in OwnLimits(self.inquiry.scenario, wave).concessions(attainable):
                if self.inquiry.over:
                    return
                least = least_level(relaxable, self._ask)
                if least.level is not None:
                    self._offer(relaxable.pointer, relaxable, least.level, least=least.proven)

    def _offer(self, rule: str, relaxable: Relaxable, level: Level, *, least: bool) -> None:
        """Record a way out, described by what it does for everything that is wanted."""
        patch, plan = relaxable.patch(level.number), level.answer.plan
        if plan is None:
            return
        asked, whole = self.target.asked, level.answer
        if self.target.whole != asked:
            whole = self.inquiry.ask(self.target.whole, (patch,))
        shown, secured = (plan, asked) if whole.plan is None else (whole.plan, self.target.whole)
        given = value_at(self.inquiry.document, patch.pointer)
        way = WayOut.model_validate(
            {
                "pointer": patch.pointer,
                "from": relaxable.current if isinstance(given, dict | list) else given,
                "to": patch.value,
                "effect": self._effect(plan, whole) + ("" if least else f" {SMALLER}"),
                "verified": self.inquiry.keeps(shown, secured, patch),
                "subject": relaxable.subject,
                "change": phrases.changed(relaxable, patch.value, given=given is not None),
            }
        )
        size = (level.number + 1) * relaxable.size
        self.ways.append(RankedWay(rule, size if whole.possible else INCOMPLETE + size, way))

    def _effect(self, plan: Plan, whole: Answer) -> str:
        currency, name = self.inquiry.scenario.currency, self.target.activation
        if whole.possible and whole.plan is not None:
            price = phrases.price(whole.plan, currency)
            if name is None or self.result.plan.status == "infeasible":
                return f"Everything that must be secured can be, for {price} in all."
            if len(self.target.whole) == 1:
                return f"{name} can be secured, for {price}."
            return f"{name} can be secured besides everything that is secured now, for {price} in all."
        alone = f"{name} can be secured on its own, for {phrases.price(plan, currency)}"
        if whole.possible is False:
            return f"{alone}; other limits rule it out together with the rest."
        return f"{alone}; the time was too short to find out whether together with the rest, too."


def _cost(answer: Answer) -> Decimal:
    return Decimal("Infinity") if answer.plan is None else Decimal(answer.plan.totals.cost or 0)


def _enough(limit: Limit, plan: Plan | None) -> Scalar:
    """Return the value of a limit that a plan made without it keeps, where that can be read off the plan."""
    relaxable = next((relaxable for relaxable in limit.relaxables if relaxable.enough is not None), None)
    return (
        None
        if relaxable is None or relaxable.enough is None or plan is None
        else relaxable.value(relaxable.enough(plan))
    )
