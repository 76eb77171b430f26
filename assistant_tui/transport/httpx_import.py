"""Imports httpx without its command line.

That one brings click, Pygments and a good part of Rich, 4 MB in all, wherever click is installed.
"""

import sys
from importlib import import_module


def import_httpx() -> None:
    """Import it as it comes where there is no click."""
    if not {"httpx", "click"} & set(sys.modules):
        sys.modules["click"] = None  # type: ignore[assignment]  # Python's way to say: not there
        try:
            import_module("httpx")
        finally:
            del sys.modules["click"]
