"""The Faust app: ``faust -A app worker``."""

from app.application import app

__all__ = ["app"]
