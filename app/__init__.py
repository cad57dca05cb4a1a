"""The Faust app: ``faust -A app worker``, ``faust -A app reconcile``."""

from app.application import app
from app.keep_ages import hear_heartbeats, keep_ages
from app.reconcile import reconcile
from app.status import report

__all__ = ["app", "hear_heartbeats", "keep_ages", "reconcile", "report"]
