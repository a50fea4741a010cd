"""Solves on a Dask cluster: Dask queues, places and moves tasks, and notices what is lost; the rest is as locally.

From the bottom up::

    messages           what executors and workers send each other, in plain values
    worker_plugin      on a worker: looks after its solves, each a process under the usual `Supervision`
    worker             the program of a worker
    scheduler          what the scheduler is asked, and how it is reached
    scheduler_client   from an executor to the scheduler, connected again whenever it is lost
    thread_pool        an executor's threads, and calls that they make one after the other
    tracked_task       a task as an executor follows it
    executor           the executor

A task is named by its key for the whole cluster: executors that submit the same key share one solve and get the same
events, and any of them may have it finished or abandoned. The cluster keeps nothing that no executor wants: what the
scheduler forgets, they submit again; what nobody wants any more, its worker kills.
Everybody who reaches the scheduler or a worker can run anything there, for Dask sends code: keep both in a private
network, or use ``tls://`` with the certificates of Dask's own configuration (`distributed.comm.tls`).
"""

from optimizer.execution.cluster.executor import DaskExecutor
from optimizer.execution.cluster.scheduler import ClusterError, places_of

__all__ = ["ClusterError", "DaskExecutor", "places_of"]
