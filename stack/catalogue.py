"""The services of the stack, by name, in the order of their start."""

from stack.connect import Connect
from stack.kafka import Kafka
from stack.postgres import Postgres
from stack.service import Service
from stack.valkey import Valkey

# The second wave needs the first: Connect keeps its state in Kafka.
WAVES: tuple[tuple[type[Service], ...], ...] = ((Postgres, Valkey, Kafka), (Connect,))
SERVICES: dict[str, type[Service]] = {service.name: service for wave in WAVES for service in wave}
