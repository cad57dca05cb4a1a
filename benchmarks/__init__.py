"""Measured speed: ``python -m benchmarks``."""
