"""The independent verifier: every rule, every amount, the exact tail, and a day-by-day simulation."""

from optimizer.verify.rules import verify

__all__ = ["verify"]
