"""The command line: parse, call, print; one file per command.

`application.COMMANDS` lists the commands. Each is a function in a file of the same name (``import-creators``:
`import_creators`), and that file is imported only when the command runs, so that ``--help`` answers at once. What
commands share lies in `console` (results, messages, exit codes, signals), `files` (input and output files), `options`,
`questions` (long analyses) and `on_cluster` (``--cluster``).

Exit codes: 0 done; 1 internal error or failed verification; 2 bad input; 3 proven infeasible; 4 no plan found in the
time given; 130 interrupted.
"""

from optimizer.cli.application import main, outcome

__all__ = ["main", "outcome"]
