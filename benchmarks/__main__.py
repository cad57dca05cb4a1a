"""``python -m benchmarks``: measure speed, latency and memory."""

from rich.console import Console
from rich.progress import Progress

from benchmarks import sandbox, throughput  # sandbox first
from stack import StackError

__all__ = ["sandbox"]

console = Console()
with Progress(console=console) as progress:
    for row in throughput.measure(progress):
        console.print(row)
