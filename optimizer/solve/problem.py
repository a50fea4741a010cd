"""An instance made ready for the search: covers, windows within reach, what each window costs, what is coupled.

Where creators need rest, or may take part only so often, the cheapest creators of a community cannot serve every wave:
the sum of the waves' own lower bounds is too low, and plans made wave after wave cost too much. Such activations, and
those that gaps between windows of one community tie together, are bounded and placed as one component.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from typing import TypeVar

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimizer.chance.covers import Cover, ceiling, strongest
from optimizer.chance.tail import SCREENING, SECURE_TOLERANCE, tail, tails
from optimizer.chance.tilt import UnfinishedError
from optimizer.derive.instance import INFEASIBLE_COST, Instance, Ints
from optimizer.model.rules import windows_agree
from optimizer.solve.control import Control
from optimizer.solve.cpsat.dominance import DominancePool
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.activation_cover import activation_cover
from optimizer.solve.windows.counting import Counted, count
from optimizer.solve.windows.window import Shape, WindowData, most_people, shape_of, window_data_of

NOTHING_PREPARED = Cover((), 0.0, 1.0, 1.0, 1.0, (), ())
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class SearchProblem:
    """An instance with what the search needs to know of it, and the settings of its calls.

    Attributes
    ----------
    covers
        By activation.
    windows
        Windows that counting leaves and whose whole network could reach the confidence.
    coupled
        Groups of activations that creators or community gaps tie together.
    dominance
        Profiles of teams that failed, by activation.
    """

    instance: Instance
    covers: Mapping[int, Cover]
    windows: Ints
    coupled: tuple[tuple[int, ...], ...]
    control: Control
    seed: int
    gap: float
    workers: int
    dominance: DominancePool = field(default_factory=DominancePool)

    def windows_of(self, activation: int) -> Ints:
        """Return the windows of an activation that are within reach."""
        mine: Ints = self.windows[self.instance.windows.activation[self.windows] == activation]
        return mine

    @cached_property
    def others(self) -> dict[int, int]:
        """How many people the activations coupled to each one use at most."""
        people = dict.fromkeys(self.instance.activations, 0)
        for group in self.coupled:
            size = {a: sum(most_people(self.instance, self.covers[a], a)) for a in group}
            people.update({a: sum(size.values()) - size[a] for a in group})
        return people

    @cached_property
    def window_data(self) -> dict[int, WindowData]:
        """Bounds, team and core of each window within reach."""

        def made(window: int) -> WindowData:
            twin = self.twins[window]
            if twin != window:
                return data[twin].of_twin(self.instance, window)
            activation = int(self.instance.windows.activation[window])
            return window_data_of(self.instance, self.covers[activation], window, self.others[activation])

        # Threads would only wait for each other here: the arrays are small and Python runs one thread at a time.
        data: dict[int, WindowData] = {}
        for window in self.windows.tolist():
            data[window] = made(window)
        return data

    @cached_property
    def twins(self) -> dict[int, int]:
        """The first window of the same shape, by window within reach; each is its own where a rule tells them apart."""
        if not windows_agree(self.instance):
            return {window: window for window in self.windows.tolist()}
        first: dict[Shape, int] = {}
        return {window: first.setdefault(shape_of(self.instance, window), window) for window in self.windows.tolist()}

    def under(self, instance: Instance, control: Control) -> SearchProblem:
        """Return the problem of an instance that differs in its total budget only, under another control.

        The windows' bounds and teams do not depend on the budget, so the problems share them, later ones included.
        """
        other = replace(self, instance=instance, control=control)
        vars(other).update(window_data=self.window_data, others=self.others, twins=self.twins)
        return other

    def branch(self) -> SearchProblem:
        """Return the problem with a pool of its own, for work beside other work."""
        other = replace(self, dominance=self.dominance.branch())
        vars(other).update(window_data=self.window_data, others=self.others, twins=self.twins)
        return other

    def in_branches(self, work: Callable[[SearchProblem, Item], Result], items: Iterable[Item]) -> list[Result]:
        """Return `work` of a branch and every item, in order, in parallel; keep what the branches learn."""
        listed = list(items)
        branches = [self.branch() for _ in listed]
        results = in_parallel(lambda pair: work(*pair), list(zip(branches, listed, strict=True)), self.workers)
        for branch in branches:
            self.dominance.merge(branch.dominance)
        return results

    def lean_cover(self, activation: int) -> Cover:
        """Return an activation's cover with the cells that some window keeps."""
        kept = sorted({int(i) for w in self.windows_of(activation) for i in self.window_data[int(w)].cells})
        cover = self.covers[activation]
        return replace(cover, cells=tuple(cover.cells[index] for index in kept))

    def rest_of(self, activation: int) -> int:
        """Return a bound on an activation's cost with any cell that no window keeps (minor units)."""
        return min((self.window_data[int(w)].rest for w in self.windows_of(activation)), default=INFEASIBLE_COST)

    def core_of(self, windows: Iterable[int]) -> Ints:
        """Return the core options of some windows, in order."""
        parts = [self.window_data[int(w)].options for w in sorted(windows) if int(w) in self.window_data]
        return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def in_parallel(work: Callable[[Item], Result], items: Iterable[Item], workers: int) -> list[Result]:
    """Return `work` of every item, in order, computed on `workers` threads."""
    listed = list(items)
    if workers == 1 or len(listed) < 2:
        return [work(item) for item in listed]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(work, listed))


def prepare(
    instance: Instance, control: Control, *, seed: int, gap: float, workers: int, counted: Counted | None = None
) -> SearchProblem:
    """Return the problem of an instance; `counted` is what counting says of it, where the caller has counted.

    Once the control is stopped nothing more is prepared: no solver call begins after that, so nothing is concluded
    from what is missing.
    """

    left = (counted or count(instance, lambda: control.stopped)).windows
    owners = set(instance.windows.activation[left].tolist())

    def made(activation: int) -> Cover:
        try:
            if control.stopped or activation not in owners:
                return NOTHING_PREPARED
            return activation_cover(instance, activation, gap, lambda: control.stopped)
        except UnfinishedError:
            return NOTHING_PREPARED

    covers = [made(activation) for activation in instance.activations]
    reachable = [
        window
        for window in left.tolist()
        if control.stopped or _within_reach(instance, int(instance.windows.activation[window]), window)
    ]
    windows = np.array(reachable, dtype=np.int64)
    coupled: Sequence[tuple[int, ...]] = components(instance)
    return SearchProblem(instance, dict(enumerate(covers)), windows, tuple(coupled), control, seed, gap, workers)


def _within_reach(instance: Instance, activation: int, window: int) -> bool:
    """Return whether everybody together could reach the confidence; rounding (1e-12) counts in favour.

    More people only help, so where some do already, the whole network need not be asked.
    """
    wave = instance.waves[activation]
    least = wave.confidence - SECURE_TOLERANCE - 1e-12
    gifts, paid = strongest(instance, instance.options.in_window(window))
    gifts, paid = np.sort(gifts[gifts > 0]), np.sort(paid[paid > 0])
    size = PARAMETERS.reach_sample
    if tail([], paid[-size:], wave.min_posts, instance.rates) >= least:
        return True
    while True:
        if tails(gifts[None, -size:], paid[:0], wave.min_posts, instance.rates)[0] >= least + SCREENING:
            return True
        if size >= len(gifts):
            return ceiling(instance, activation, window) >= least
        size *= 2


def components(instance: Instance) -> list[tuple[int, ...]]:
    """Return the sets of two or more activations that creators or community gaps tie together, in order."""
    table, count = instance.options, len(instance.waves)
    pairs = np.unique(np.stack([table.activation, table.creator + count]), axis=1)
    same = np.unique(np.stack([np.arange(count), instance.community + count + len(instance.creator_ids)]), axis=1)
    size = count + len(instance.creator_ids) + len(instance.scenario.communities)
    links = np.concatenate([pairs, same], axis=1)
    _, label = connected_components(coo_array((np.ones(links.shape[1]), links), shape=(size, size)), directed=False)
    groups = [tuple(np.flatnonzero(label[:count] == value).tolist()) for value in np.unique(label[:count])]
    return [group for group in groups if len(group) > 1]


def coupled_parts(instance: Instance, activations: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the parts of a set of coupled activations that can get in each other's way, two or more each, in order."""
    ordered = sorted(activations)
    if len(ordered) < 2:
        return []
    most = instance.limits.max_activations
    if most is not None and most < 2:
        return [tuple(ordered)]
    links = [(i, j) for i, j in combinations(range(len(ordered)), 2) if _in_the_way(instance, ordered[i], ordered[j])]
    shape = (len(ordered), len(ordered))
    rows, columns = zip(*links, strict=True) if links else ((), ())
    graph = coo_array((np.ones(len(links)), (np.array(rows, dtype=int), np.array(columns, dtype=int))), shape=shape)
    _, label = connected_components(graph, directed=False)
    parts = [tuple(a for a, own in zip(ordered, label, strict=True) if own == value) for value in np.unique(label)]
    return [part for part in parts if len(part) > 1]


def _in_the_way(instance: Instance, first: int, second: int) -> bool:
    """Return whether some windows of two activations lie too near each other for one creator, or for one community."""
    windows = instance.windows
    mine, other = windows.activation == first, windows.activation == second
    days = instance.limits.rest_days
    if instance.community[first] == instance.community[second]:
        days = max(days, int(instance.gap_days[first]))
    starts, ends = windows.start_day[mine][:, None], windows.end_day[mine][:, None]
    apart = (starts > windows.end_day[other] + days) | (windows.start_day[other] > ends + days)
    return bool((~apart).any())
