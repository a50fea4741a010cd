"""Solves on a Dask cluster: Dask queues, places and moves tasks, and notices what is lost; the rest is as locally.

From the bottom up::

    words       what executors and workers say to each other, in plain values
    desk        on a worker: looks after its solves, each a process under the usual `Supervision`
    worker      the program of a worker
    scheduler   what is asked of the scheduler, and how it is reached
    link        from an executor to the scheduler, made again whenever it is lost
    crew        an executor's threads, and calls that they make one after the other
    pursuit     a task as an executor follows it
    executor    the executor

A task is named by its key for the whole cluster: executors that submit the same key share one solve, hear of it alike,
and any of them may have it finished or abandoned. Nothing is kept on the cluster that its executors do not want: what
the scheduler forgets, they submit again; what nobody wants any more, its worker kills.

Whoever reaches the scheduler or a worker can run anything there, for Dask sends code: keep both in a private network,
or use ``tls://`` with the certificates of Dask's own configuration (`distributed.comm.tls`).
"""

from optimizer.execution.cluster.executor import DaskExecutor
from optimizer.execution.cluster.scheduler import ClusterError, places_of

__all__ = ["ClusterError", "DaskExecutor", "places_of"]
