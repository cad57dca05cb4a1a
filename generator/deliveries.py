"""The carriers, and the shipments that they carry."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cdc.values import ShipmentStatus
from generator.operations import Delete, Insert, Operation, Update, Values
from generator.pool import Pool
from generator.source import Source
from generator.vocabulary import CARRIERS

# The shop plays in time-lapse: what takes days takes seconds. So that some deliveries are late all the same, a
# promise may be past already when the parcel is handed over: the warehouse was slow. That makes one in nine late.
PROMISE_HOURS = (-6, 48)


@dataclass(slots=True)
class Parcel:
    """A row of ``shipment`` that still moves."""

    id: int
    status: ShipmentStatus


class Deliveries:
    """Hands parcels over to carriers and follows them."""

    def __init__(self, source: Source, carriers: list[int]) -> None:
        self._source = source
        self.carriers = Pool(carriers)

    def sign_contract(self, now: datetime, name: str | None = None) -> list[Operation]:
        """Welcome a new carrier, of a chance name unless one is given."""
        carrier = self._source.next_id("carrier")
        self.carriers.welcome(carrier)
        chance_name = f"{self._source.names.last_name()} Express"
        country = self._source.one_of(sorted(set(CARRIERS.values())))
        row: Values = {
            "id": carrier,
            "name": name or chance_name,
            "country": CARRIERS.get(name or "", country),
            "created_at": now,
        }
        return [Insert("carrier", row)]

    def start(self, _now: datetime) -> list[Operation]:
        """Let a new carrier carry parcels like the others."""
        self.carriers.admit()
        return []

    def end_contract(self, _now: datetime) -> list[Operation]:
        """Delete a carrier that never carried anything."""
        carrier = self.carriers.dismiss()
        return [Delete("carrier", carrier)] if carrier else []

    def rename(self, _now: datetime) -> list[Operation]:
        """Give a carrier that others took over their name."""
        carrier = self._source.one_of(self.carriers.members)
        return [Update("carrier", carrier, {"name": f"{self._source.names.last_name()} Logistics"})]

    def hand_over(self, order_id: int, now: datetime) -> tuple[Parcel, list[Operation]]:
        """Create the shipment of an order."""
        parcel = Parcel(self._source.next_id("shipment"), "created")
        row: Values = {
            "id": parcel.id,
            "transaction_id": order_id,
            "carrier_id": self._source.one_of(self.carriers.members),
            "status": parcel.status,
            "promised_at": now + timedelta(hours=self._source.dice.uniform(*PROMISE_HOURS)),
            "created_at": now,
            "updated_at": now,
        }
        return parcel, [Insert("shipment", row)]

    def move(self, parcel: Parcel, status: ShipmentStatus, now: datetime) -> list[Operation]:
        """Move a parcel to where it is now."""
        parcel.status = status
        arrival: Values = {"delivered_at": now} if status == "delivered" else {}
        return [Update("shipment", parcel.id, {"status": status, "updated_at": now, **arrival})]
