"""Sentences about a plan for pages, workbook and report; every number in them is a field of the plan."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from optimizer.analysis.searched import is_searched
from optimizer.export import formatting
from optimizer.plan import ObjectiveReport, OpenReason, Plan
from optimizer.scenario.models import Scenario

OPEN_NAMED = 3
"""Limits named in the sentence on what leaves a gap open; the rest are counted."""

Labelled = tuple[str, str]
"""A label and the text beside it."""


def status(plan: Plan) -> str:
    """Return the status as a sentence."""
    left = plan.objective.gap
    if plan.status == "optimal":
        return f"Proven optimal within {formatting.gap(left)}" if left else "Proven optimal"
    if plan.status == "feasible":
        best = "not proven optimal"
        if left is not None and left < 1:
            best = f"at most {formatting.gap(left)} from the best there can be"
        return f"Verified plan, {best}"
    if plan.status == "infeasible":
        return "Infeasible: proven that no plan keeps every rule of this scenario"
    return "No plan found in the time given; there may be one"


def judgement(plan: Plan) -> str:
    """Return how many rules a plan made elsewhere breaks."""
    failed = len(list(broken(plan)))
    return (
        f"Judged as it stands: {formatting.count(failed, 'rule')} broken"
        if failed
        else "Judged as it stands: keeps every rule"
    )


def status_or_judgement(plan: Plan) -> str:
    """Return how good a plan is proven to be; of one that breaks rules or that no search made, which rules it keeps."""
    return judgement(plan) if any(broken(plan)) or _as_it_stands(plan) else status(plan)


def _as_it_stands(plan: Plan) -> bool:
    """Return whether a plan was judged as it stood: nothing is known of better ones."""
    return plan.totals.cost is not None and not is_searched(plan)


def budget_left(plan: Plan) -> str | None:
    """Return in one line what a plan leaves of its budget; None where there is neither."""
    budget, left, currency = plan.totals.budget, plan.totals.left, plan.scenario.currency
    if budget is None or left is None:
        return None
    if left.startswith("-"):
        return f"{formatting.money(left[1:], currency)} over the budget of {formatting.money(budget, currency)}"
    return f"{formatting.money(left, currency)} left of the budget of {formatting.money(budget, currency)}"


def left_to_spend(plan: Plan) -> str | None:
    """Return what is left of the budget and which command says what it buys; None where nothing is left or secured."""
    left = plan.totals.left
    if not left or left.startswith("-") or not left.strip("0.") or not any(each.secured for each in plan.activations):
        return None
    sum_left = formatting.money(left, plan.scenario.currency)
    return f"{sum_left} left: `groundswell certainty SCENARIO --together` shows how much surer it makes the plan."


def goal(scenario: Scenario) -> str:
    """Return the goal of the scenario as a sentence."""
    objective = scenario.objective
    then = "then the most embedded creators"
    if objective.cost_slack:
        then += f" for at most {objective.cost_slack * 100:g}% more"
    if objective.goal == "min_cost":
        return f"Goal: every activation secured at the least cost, {then}."
    return f"Goal: the most value of secured activations, then the least cost, {then}."


def summary(plan: Plan) -> str:
    """Return in one line what the plan secures, its cost and its people."""
    asked = formatting.count(len(plan.activations), "activation")
    if plan.totals.cost is None:
        return f"{asked} asked for"
    secured = sum(result.secured for result in plan.activations)
    cost = formatting.money(plan.totals.cost, plan.scenario.currency)
    people = f"{formatting.count(plan.totals.gifts, 'gift')}, {plan.totals.paid:,} paid"
    return f"{secured} of {asked} secured for {cost}: {people}"


def reading_aid(plan: Plan) -> str:
    """Return how to read the columns of posts and chance, and the probability of all together."""
    aid = "Posts: expected inside the window. Chance: of at least the posts needed."
    secured = sum(result.secured for result in plan.activations)
    if secured < 2:
        return aid
    together = formatting.probability(plan.totals.probability_all)
    return f"{aid} Chance that all {secured} secured succeed together: {together}."


def proof(plan: Plan) -> Iterator[Labelled]:
    """Yield value and cost of the plan, each with its proven bound."""
    objective, currency = plan.objective, plan.scenario.currency
    if objective.goal == "activate_most" and objective.value_bound is not None:
        yield "Value", _value(objective)
    if objective.least_cost is not None:
        yield "Cost", _cost(objective, currency)
    sentence = left_open(plan)
    if sentence is not None:
        yield "Open", sentence
    if plan.totals.cost is not None and objective.embeddedness is not None:
        cost = formatting.money(plan.totals.cost, currency)
        chosen = "" if plan.totals.cost == objective.least_cost else f", chosen for {cost} instead of the least"
        yield "Embeddedness", f"{objective.embeddedness:.1f} in sum{chosen}"


def _value(objective: ObjectiveReport) -> str:
    if objective.value is None:
        return f"proven that no plan secures more than {objective.value_bound:,}"
    if objective.value_gap:
        left = f"proven that no plan secures more than {objective.value_bound:,}"
        return f"{objective.value:,} secured; {left} (gap {formatting.gap(objective.value_gap)})"
    return f"{objective.value:,} secured; proven that no plan secures more"


def _cost(objective: ObjectiveReport, currency: str) -> str:
    least = f"cheapest plan {formatting.money(objective.least_cost, currency)}"
    if objective.cost_bound is None:
        return f"{least}; how low it can go stays open until the value is proven"
    if objective.cost_gap:
        bound = formatting.money(objective.cost_bound, currency)
        return f"{least}; proven that it cannot be less than {bound} (gap {formatting.gap(objective.cost_gap)})"
    return f"{least}; proven that it cannot be less"


def left_open(plan: Plan) -> str | None:
    """Return in one sentence what leaves the gap open; None where it is closed or the plan does not say."""
    reasons, gap = plan.objective.open, plan.objective.gap
    if not reasons:
        return None
    if all(reason.limit == "time_limit" for reason in reasons):
        return _unfinished(gap)
    named = formatting.listed(list(dict.fromkeys(map(_open_words, reasons))), OPEN_NAMED)
    verb = "leaves" if len({_open_words(reason) for reason in reasons}) == 1 else "leave"
    sentence = f"{named} {verb} " + ("open whether there is a plan" if gap is None else f"{formatting.gap(gap)} open")
    return sentence[0].upper() + sentence[1:]


def _unfinished(gap: float | None) -> str:
    """Return what nothing but the end of the search leaves open."""
    if gap is None:
        return "The search ended before it found a plan or proved that there is none; more time may decide it"
    if gap >= 1:
        return "The search ended before it could tell how much better a plan can be; more time may tell"
    return f"The search ended with {formatting.gap(gap)} still open; more time may close it"


def _open_words(reason: OpenReason) -> str:
    """Return what leaves a part open, for a sentence."""
    words = {
        "budget_total": "the total budget",
        "budget_month": f"the monthly cap of {reason.where}",
        "stock": f"the stock of {reason.where}",
        "daily_capacity": f"the daily capacity on {reason.where}",
        "rest_days": "the rest between two windows of a creator",
        "max_activations": "how often a creator may take part",
        "community_gap": f"the gap between windows of {reason.where}",
        "density": f"the choice of people for {reason.where}",
        "time_limit": "the end of the search time",
    }
    return words.get(reason.limit, f"{rule_words(reason.limit)} of {reason.where}")


def why_open(plan: Plan) -> Iterator[Labelled]:
    """Yield each reason why the gap is open, beside its share of the gap; nothing that `left_open` says as well."""
    for reason in plan.objective.open:
        yield formatting.gap(reason.share), reason.detail


def used_up(plan: Plan) -> Iterator[Labelled]:
    """Yield the limits that bind."""
    for limit in plan.binding:
        named = limit.where in limit.detail or limit.where == "total"
        yield rule_words(limit.limit), limit.detail if named else f"{limit.where}: {limit.detail}"


def blocked(plan: Plan) -> Iterator[Labelled]:
    """Yield the reasons why activations are not secured, each once with all activations; then what was not asked."""
    waiting: dict[str, list[str]] = {}
    for item in plan.diagnosis.blocked if plan.diagnosis else []:
        waiting.setdefault(f"{rule_words(item.limit)}: {item.detail}", []).append(item.activation or "Everything")
    for reason, activations in waiting.items():
        yield ",\n".join(activations), reason
    if plan.diagnosis and plan.diagnosis.not_asked:
        limits = ", ".join(map(rule_words, plan.diagnosis.not_asked))
        yield "Not yet known", f"Too little time to tell whether these do as well: {limits} (--diagnose gives more)."


def ways_out(plan: Plan) -> Iterator[Labelled]:
    """Yield the single changes that would help, and whether solving confirmed it."""
    for way in plan.diagnosis.ways_out if plan.diagnosis else []:
        tried = "tried by solving" if way.verified else "not tried"
        change = way.change or f"{_given(way.from_)} → {_given(way.to)}"
        yield way.subject or way.pointer, f"{change}\n{way.effect} ({tried})"


def _given(value: object) -> str:
    return "none" if value is None else str(value)


def warnings(plan: Plan) -> Iterator[Labelled]:
    """Yield one line per kind of warning."""
    for code, group in groupby(sorted(plan.warnings, key=lambda note: note.code), key=lambda note: note.code):
        notes = list(group)
        more = f" ({len(notes) - 1} more with this warning)" if len(notes) > 1 else ""
        yield code, notes[0].detail + more


def broken(plan: Plan) -> Iterator[Labelled]:
    """Yield the rules that the plan breaks according to its certificate."""
    for check in plan.certificate.checks:
        if not check.ok:
            yield check.rule, check.detail


def nothing_to_verify(plan: Plan) -> bool:
    """Return whether a plan keeps every rule because it does nothing."""
    return not plan.assignments and not any(broken(plan))


def certified(plan: Plan) -> str:
    """Return the judgement of the independent verifier and the simulation."""
    certificate = plan.certificate
    if nothing_to_verify(plan):
        return f"Nothing to verify: {'no plan' if plan.totals.cost is None else 'the plan is empty'}."
    rules = [check for check in certificate.checks if check.rule != "simulation"]
    judged = "Verified independently" if certificate.verified else "NOT verified"
    kept = sum(check.ok for check in rules)
    text = f"{judged}: {kept} of {formatting.count(len(rules), 'rule')} kept"
    if certificate.simulation is None:
        return text + "."
    campaigns = formatting.count(certificate.simulation.draws, "simulated campaign")
    agree = all(check.ok for check in certificate.checks if check.rule == "simulation")
    return f"{text}; {campaigns} {'agree' if agree else 'do NOT agree'} with the chances."


def rule_words(rule: str) -> str:
    """Return a rule id for reading."""
    return rule.replace("_", " ")
