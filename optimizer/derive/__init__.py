"""From a scenario to the frozen arrays that model and solver work on."""
