"""For those who operate the service: is it alive, is it ready, what does it do."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from api.deps import Accepting, Served, needs
from api.metrics import CONTENT_TYPE
from api.problems import documented, documented_open
from api.store import Scope
from api.views import AliveView

router = APIRouter(tags=["operating"])


@router.get("/livez", responses=documented_open())
async def alive() -> AliveView:
    """Tell that the service answers."""
    return AliveView(status="alive")


@router.get("/readyz", responses=documented_open("stopping"))
async def ready(service: Accepting) -> AliveView:
    """Tell whether the service takes work: it is not stopping, and its database can be written, or why it cannot."""
    await service.check_ready()
    return AliveView(status="ready")


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **documented()},
    dependencies=[Depends(needs(Scope.ADMIN))],
)
def metrics(service: Served) -> Response:
    """Show the metrics in Prometheus' text format; with keys, for those of scope `admin`."""
    return Response(service.metrics.text(), media_type=CONTENT_TYPE)
