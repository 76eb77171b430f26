"""The console script: runs the program in a process that ends soon after it was asked to."""

from assistant_tui.cli import composition
from assistant_tui.startup.shutdown import SHUTDOWN


def main() -> int:
    """Run the program; returns the exit code, or raises SystemExit with it."""
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
