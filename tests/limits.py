"""How long tests wait for what must come."""

LIMIT = 120.0
"""Seconds after which a wait gives up, on however slow a machine; no test is slower for it."""
