"""The rows that both list floors show, so that their bytes can be compared."""

MODELS = ("gpt-4o", "gpt-4o-mini", "o3-mini")
TOOLS = ("code_interpreter", "file_search", "-")


def row_text(index: int) -> str:
    """One row as plain text: name, model, tools, day of creation; under 90 columns."""
    day = f"2026-{index % 12 + 1:02d}-{index % 28 + 1:02d}"
    name = f"Assistant number {index}"
    return f"{name:<40} {MODELS[index % 3]:<14} {TOOLS[index % 3]:<18} {day}"
