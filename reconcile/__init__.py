"""Compare what Redis shows, and what the warehouse holds, with SQL, while the shop runs.

The protocol is in ``docs/adr/0008-compared-while-the-shop-runs.md``. `visibility`, `correction` and `numbers` are pure;
`source`, `mirrored`, `log` and `warehouse` read; `comparison` does one run, `status` tells of it, and `command` and
`every` call it.
"""
