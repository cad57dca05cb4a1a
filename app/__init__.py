"""The Faust app: ``faust -A app worker``, ``faust -A app reconcile``."""

from app.application import app
from app.reconcile import reconcile
from app.status import report

__all__ = ["app", "reconcile", "report"]
