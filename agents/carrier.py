"""Carriers: how many."""

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.totals import Totals
from cdc import Id, Row, Tallies, measure


class Carrier(Row):
    """A row of ``carrier``."""

    id: Id


def contributions(carrier: Carrier) -> Tallies:  # noqa: ARG001
    """Return what a carrier adds while it exists."""
    return {measure("carriers", "count"): 1}


carriers = Totals("carrier", Carrier, contributions)


@app.agent(carriers.topic)
async def carrier(batches: StreamT[Batch]) -> None:
    """Count carriers."""
    async for batch in batches:
        await carriers.count(batch)
