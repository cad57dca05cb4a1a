"""PostgreSQL, Valkey, Kafka and Kafka Connect as ordinary processes of this machine.

`running` has them within a ``with`` block, `up` and `down` in the background; ``python -m stack`` is the command.
"""

from stack.errors import StackError
from stack.stack import down, running, up

__all__ = ["StackError", "down", "running", "up"]
