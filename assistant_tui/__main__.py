"""Lets ``python -m assistant_tui`` do what the installed command does."""

from assistant_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
