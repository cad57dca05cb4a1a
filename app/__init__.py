"""The Faust app: ``faust -A app worker``, ``faust -A app reconcile``."""

from app.application import app
from app.reconcile import reconcile

__all__ = ["app", "reconcile"]
