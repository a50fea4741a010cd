"""The benchmark: every method on the same generated instances, judged by one exact evaluation, told in one report."""
