"""Tests of the executor of a cluster."""
