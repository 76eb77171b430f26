"""Code that tests give to another process imports what is there."""

import ast
import re
from importlib import import_module
from pathlib import Path

TESTS = Path(__file__).parents[1]
IMPORT = re.compile(r"^from (assistant_tui[\w.]*) import (\w+)", re.MULTILINE)


def test_what_it_imports_exists() -> None:
    for path in TESTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for module, name in IMPORT.findall(node.value):
                    found = vars(import_module(module))
                    assert name in found or import_module(f"{module}.{name}"), path
