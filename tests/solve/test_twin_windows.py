from __future__ import annotations

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.scenario.generator import generate
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.bounds.activation import bound_activations, bound_window
from optimizer.solve.windows.window import window_data_of
from tests.solve.searching import problem
from tests.tiny_wide import tiny_wide


@pytest.mark.parametrize("seed", [5000, pytest.param(5003, marks=pytest.mark.campaign)])
def test_windows_of_one_shape_have_the_data_each_would_have_alone(seed: int) -> None:
    asked = problem(build_instance(scenario_from_data(generate("W", seed))))
    assert len(set(asked.twins.values())) < len(asked.twins)
    for window, shared in asked.window_data.items():
        alone = window_data_of(asked.instance, asked.covers[shared.activation], window, asked.others[shared.activation])
        assert (shared.window, shared.team, shared.aside) == (alone.window, alone.team, alone.aside)
        assert np.array_equal(shared.options, alone.options)
        assert np.array_equal(shared.bounds.bound, alone.bounds.bound)
        assert set(asked.instance.options.window[shared.options].tolist()) <= {window}


@pytest.mark.campaign
def test_bounds_are_shared_by_windows_of_one_shape_and_no_others() -> None:
    shared = 0
    for seed in range(30):
        asked = problem(build_instance(scenario_from_data(tiny_wide("W", seed))))
        for block in bound_activations(asked, asked.instance.activations):
            exact = {window: bound_window(asked, asked.window_data[window])[0] for window in block.windows}
            assert all(bound <= exact[window] for window, bound in block.windows.items())
            assert block.impossible or block.lower_bound == min(exact.values(), default=0)
            shared += sum(asked.twins[window] != window for window in block.windows)
            if block.selection is not None:
                ((activation, window),) = block.selection.windows.items()
                assert activation == block.activation
                assert set(asked.instance.options.window[list(block.selection.options)].tolist()) == {window}
    assert shared > 10
