"""The services of the stack, by name, in the order of their start."""

from stack.connect import Connect
from stack.kafka import Kafka
from stack.postgres import Postgres
from stack.service import Service
from stack.valkey import Valkey

SERVICES: dict[str, type[Service]] = {service.name: service for service in (Postgres, Valkey, Kafka, Connect)}
