"""The console script: runs the program in a process that ends soon after it was asked to."""

import sys

from assistant_tui import __version__
from assistant_tui.cli.standard_streams import run_and_flush, writing_stdout


def main() -> int:
    """Run the program; returns the exit code, or raises SystemExit with it."""
    if sys.argv[1:] == ["--version"]:  # Scripts ask for it often, and all else takes far longer.
        return run_and_flush(_print_version)
    return _run()


def _print_version() -> int:
    with writing_stdout():
        print(f"assistant-tui {__version__}")
    return 0


def _run() -> int:
    from assistant_tui.cli import composition
    from assistant_tui.startup.shutdown import SHUTDOWN

    SHUTDOWN.start()
    code: object = 1
    try:
        code = composition.main()
        return code
    except SystemExit as leaving:
        code = leaving.code
        raise
    finally:
        SHUTDOWN.begin_exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    raise SystemExit(main())
