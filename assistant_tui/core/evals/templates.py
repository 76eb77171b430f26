"""Fills the variables of a case into texts: the part of Promptfoo's templates that is plain."""

import re
from collections.abc import Mapping

_PLACE = re.compile(
    r"\{%-?\s*raw\s*-?%\}(?P<raw>.*?)\{%-?\s*endraw\s*-?%\}"
    r"|\{\{-?\s*(?:(?P<name>[A-Za-z_]\w*)|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\")\s*-?\}\}"
    r"|(?P<other>\{[{%#][^\n]{0,30})",
    re.DOTALL,
)


def fill(template: str, variables: Mapping[str, str]) -> str:
    """Replace `{{name}}` by the variable of this name; `{% raw %}` keeps what it encloses.

    Raises:
        ValueError: there is no such variable, or it is another kind of template.
    """

    def text(place: re.Match[str]) -> str:
        if (name := place["name"]) is not None:
            if name not in variables:
                raise ValueError(f"there is no variable {name}")
            return variables[name]
        if (other := place["other"]) is not None:
            raise ValueError(f"{other}: only {{{{name}}}} is read as a template")
        return next(each for each in place.group("raw", "single", "double") if each is not None)

    return _PLACE.sub(text, template)
