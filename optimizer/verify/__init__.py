"""The independent judge: every rule, every penny, the exact tail, and a day-by-day simulation."""

from optimizer.verify.rules import verify

__all__ = ["verify"]
