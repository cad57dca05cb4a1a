"""Shipments: how many, in which state, by which carrier, and whether they came in time."""

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.totals import Totals
from cdc import Id, Row, Tallies, Timestamp, measure
from cdc.values import ShipmentStatus


class Shipment(Row):
    """A row of ``shipment``."""

    carrier_id: Id
    status: ShipmentStatus
    promised_at: Timestamp
    delivered_at: Timestamp | None


def contributions(shipment: Shipment) -> Tallies:
    """Return what a shipment adds while it exists. On time or late is only what has been delivered."""
    tallies: Tallies = {
        measure("shipments", "count"): 1,
        measure("shipments", "by_status", shipment.status): 1,
        measure("shipments", "by_carrier", str(shipment.carrier_id)): 1,
    }
    if shipment.delivered_at is not None:
        punctuality = "on_time" if shipment.delivered_at <= shipment.promised_at else "late"
        tallies[measure("shipments", punctuality)] = 1
    return tallies


shipments = Totals("shipment", Shipment, contributions)


@app.agent(shipments.topic)
async def shipment(batches: StreamT[Batch]) -> None:
    """Count shipments."""
    async for batch in batches:
        await shipments.count(batch)
