"""Sample average approximation: the textbook chance-constrained multicover on 400 sampled scenarios.

The model is the usual one (Luedtke, Ahmed 2008; Yao, Fan, Krokhmal, arXiv 2411.04237): a Boolean per
activation and scenario, a row Σ A x ≥ k z in each, and at least ⌈confidence · 400⌉ scenarios reached. All business
rules are the same linear rows as ours. What a careful author does is done: the scenarios draw one rate common to
everybody (stratified) and use common random numbers over days and windows (`sampling`); ship days that no shared limit
can make worth having are dropped before; the ship days of one creator are summed where that makes a row shorter; the
greedy plan, stopped by the sample itself, is given as a complete start and is the answer if the model could not be
written or nothing better was found in the time; value outweighs cost by the total budget under `activate_most`, so
that one solve is lexicographic. CP-SAT gets two workers and `linearization_level` 2, HiGHS two threads and no
tolerance on the gap.

A sample of 400 says little about the last per cent, and the optimiser looks for the sets that the sample flatters: the
plan of the sample is judged by the exact tail like every other. Its bounds hold for the sample only and are not shown.
`…-calibrated` is the usual remedy: after each solve the confidence asked of an activation that misses it is raised by
what is missing, at least one point, and the model is solved again, each solve with half of the time that is left, until
all hold; a plan that holds is kept in preference to one that does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
from ortools.sat.python import cp_model

from optimizer.analysis.baselines.greedy import greedy_selection
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model.selection import Selection
from optimizer.scenario.models import Scenario
from optimizer.solve.cpsat.feasibility import failing, probability
from tests.benchmarks.methods.base import Answer, Run, answer_of
from tests.benchmarks.methods.linear import matrix_of
from tests.benchmarks.methods.saa_model import SaaModel, Sample, TooLateError, saa_model, selection_of
from tests.benchmarks.methods.sampling import Sampler

STEP = 0.01
LEAST_SECONDS = 1.0
Solver = Callable[[SaaModel, Run, float, dict[int, int]], tuple[Selection | None, str]]
"""Model, run, seconds and complete start to the plan found, if any, and the solver's own word on how it ended."""


def by_cp_sat(scenario: Scenario, run: Run) -> Answer:
    """Return the plan CP-SAT makes of the sample."""
    return _once(scenario, run, _cp_sat)


def by_highs(scenario: Scenario, run: Run) -> Answer:
    """Return the plan HiGHS makes of the sample."""
    return _once(scenario, run, _highs)


def by_cp_sat_calibrated(scenario: Scenario, run: Run) -> Answer:
    """Return the plan of CP-SAT with the confidence raised until all hold."""
    return _calibrated(scenario, run, _cp_sat)


def by_highs_calibrated(scenario: Scenario, run: Run) -> Answer:
    """Return the plan of HiGHS with the confidence raised until all hold."""
    return _calibrated(scenario, run, _highs)


@dataclass(frozen=True)
class Round:
    """What one solve gave: a plan, and a word on how it came about."""

    selection: Selection
    note: str


def _once(scenario: Scenario, run: Run, solver: Solver) -> Answer:
    instance = build_instance(scenario)
    sample = Sample(Sampler(scenario, instance, run.task.seed), [wave.confidence for wave in instance.waves])
    found = _round(instance, sample, run, solver, run.remaining)
    return answer_of(instance, found.selection, found.note)


def _round(instance: Instance, sample: Sample, run: Run, solver: Solver, seconds: float) -> Round:
    """Return the best plan of the sample found in so many seconds, the greedy one at least."""
    end = run.elapsed + seconds

    def late() -> bool:
        return run.elapsed >= end or run.remaining <= 0

    start = greedy_selection(instance, sample.reach(), late)
    if start.windows:
        run.found(instance, start)
    must = set(np.flatnonzero(instance.must_secure).tolist())
    try:
        built = saa_model(instance, sample, late)
        hint = built.values(sample, start) if must <= set(start.windows) else {}
    except TooLateError:
        return Round(start, "the time was over before the model was written: greedy start")
    found, status = solver(built, run, min(end - run.elapsed, run.remaining), hint)
    if found is None:
        return Round(start, f"on the sample: {status}, nothing found: greedy start")
    return Round(found, f"on the sample: {status}")


def _calibrated(scenario: Scenario, run: Run, solver: Solver) -> Answer:
    instance = build_instance(scenario)
    asked = [wave.confidence for wave in instance.waves]
    sample = Sample(Sampler(scenario, instance, run.task.seed), asked)
    best: Selection | None = None
    rounds = 0
    while run.remaining > LEAST_SECONDS or not rounds:
        rounds += 1
        found = _round(instance, sample, run, solver, run.remaining / 2).selection
        missed = failing(instance, found, found.windows)
        best = _better(instance, best, found)
        if not missed:
            break
        for activation in missed:
            short = instance.waves[activation].confidence - probability(
                instance, activation, found.options_of(instance, activation)
            )
            asked[activation] = min(0.999, asked[activation] + max(STEP, short))
    raised = max((now - wave.confidence for now, wave in zip(asked, instance.waves, strict=True)), default=0.0)
    return answer_of(instance, best, f"{rounds} solves, confidence raised by up to {raised:.3f}")


def _better(instance: Instance, one: Selection | None, other: Selection) -> Selection:
    """Return the plan with more value that really holds, then the cheaper."""
    if one is None:
        return other

    def worth(selection: Selection) -> tuple[int, int, int]:
        lost = set(failing(instance, selection, selection.windows))
        kept = [activation for activation in selection.windows if activation not in lost]
        return int(sum(instance.value[a] for a in kept)), -len(lost), -selection.cost(instance)

    return max(one, other, key=worth)


class _Told(cp_model.CpSolverSolutionCallback):
    """Writes down every plan CP-SAT finds."""

    def __init__(self, built: SaaModel, run: Run) -> None:
        super().__init__()
        self.built, self.run = built, run

    def on_solution_callback(self) -> None:
        """Write down the plan in hand."""
        self.run.found(self.built.v.instance, selection_of(self.built.v, self.response_proto.solution))


def _cp_sat(built: SaaModel, run: Run, seconds: float, hint: dict[int, int]) -> tuple[Selection | None, str]:
    model = built.v.model
    for index, value in hint.items():
        model.proto.solution_hint.vars.append(index)
        model.proto.solution_hint.values.append(value)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.1, seconds)
    solver.parameters.num_workers = run.task.cores
    solver.parameters.linearization_level = 2
    solver.parameters.random_seed = run.task.seed
    solver.parameters.relative_gap_limit = 0.0
    status = solver.solve(model, _Told(built, run))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, solver.status_name(status).lower()
    return selection_of(built.v, list(solver.response_proto.solution)), solver.status_name(status).lower()


def _highs(built: SaaModel, run: Run, seconds: float, hint: dict[int, int]) -> tuple[Selection | None, str]:
    began = run.elapsed
    matrix = matrix_of(built.v.model)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in {
        "output_flag": False,
        "threads": run.task.cores,
        "random_seed": run.task.seed,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.005,
    }.items():
        solver.setOptionValue(option, value)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(matrix.cost), len(matrix.low)
    program.col_cost_ = matrix.cost / 100
    program.col_lower_, program.col_upper_ = np.zeros(len(matrix.cost)), np.ones(len(matrix.cost))
    program.row_lower_, program.row_upper_ = matrix.low, matrix.high
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.append(matrix.start, len(matrix.column)).astype(np.int32)
    program.a_matrix_.index_ = matrix.column.astype(np.int32)
    program.a_matrix_.value_ = matrix.coefficient
    program.integrality_ = [highspy.HighsVarType.kInteger] * len(matrix.cost)
    solver.passModel(program)
    if hint:
        start = highspy.HighsSolution()
        start.col_value = [float(hint[column]) for column in range(len(matrix.cost))]
        solver.setSolution(start)
    solver.cbMipImprovingSolution.subscribe(
        lambda event: run.found(built.v.instance, selection_of(built.v, list(event.data_out.mip_solution)))
    )
    solver.setOptionValue("time_limit", max(0.1, seconds - (run.elapsed - began)))
    solver.run()
    status = solver.modelStatusToString(solver.getModelStatus()).lower()
    if not math.isfinite(solver.getInfo().objective_function_value) or not solver.getSolution().value_valid:
        return None, status
    return selection_of(built.v, list(solver.getSolution().col_value)), status
