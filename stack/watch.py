"""The second process of `stack.guard`: waits for the first to end, then stops its services."""

import sys

from stack.guard import KEEP, stop

if __name__ == "__main__" and sys.stdin.buffer.read() != KEEP:
    stop(sys.argv[1:])
