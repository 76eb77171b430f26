"""The servers that are known to speak the Assistants API, each as its few rules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant_tui.config.settings import Profile
from assistant_tui.core.json_text import read_json
from tests.deviations.seeds import DEFAULTS
from tests.fakeserver import rules
from tests.fakeserver.requests import Members
from tests.fakeserver.rules import Refusal, Rules

KEY_VARIABLE = "SERVER_KEY"
KEY = "sk-fake-0123456789"
"""What every profile of these tests sends."""


@dataclass(frozen=True)
class KnownServer:
    """A server, and the profile that a person who uses it has."""

    rules: Rules
    profile: Profile


def _profile(base_url: str, header: str = "", **settings: object) -> Profile:
    blank = Profile("work", base_url=base_url, api_key_env=KEY_VARIABLE, api_key_header=header)
    return replace(blank, **settings)  # type: ignore[arg-type]  # the names are Profile's own


def _rules(**told: Any) -> Rules:
    """What all of them share, where one is not told otherwise."""
    shared = {"root": "/v1", "key": f"Bearer {KEY}", "defaults": DEFAULTS}
    number = {"identify": lambda number: f'"asst_{number:04}"'}
    return Rules(**(shared | number | told))


def _no_longer_than(most: int) -> Mapping[str, object]:
    def checked(sent: Members) -> Members:
        instructions = read_json(sent.get("instructions", "null"))
        if isinstance(instructions, str) and len(instructions) > most:
            message = f"String should have at most {most} characters"
            raise Refusal(422, message, "instructions")
        return sent

    return {"stored_part": checked}


def _without(*names: str) -> Mapping[str, object]:
    def kept(sent: Members) -> Members:
        return {name: text for name, text in sent.items() if name not in names}

    return {"stored_part": kept}


_LOCALAI_FIELDS = (
    "model",
    "name",
    "description",
    "instructions",
    "tools",
    "file_ids",
    "metadata",
)


def _into_localai(sent: Members) -> Members:
    kept = {name: sent[name] for name in _LOCALAI_FIELDS if name in sent}
    return kept | ({"tools": rules.types_alone(kept["tools"])} if "tools" in kept else {})


def _out_of_localai(held: Members) -> Members:
    return {n: t for n, t in held.items() if n == "model" or t not in ("null", '""', "[]", "{}")}


_MYLA = _rules(
    root="/api/v1",
    wrong_key=403,
    page=rules.never_more_and_inverted,
    created_fields=lambda second: {"created_at": str(second * 1000)},
    defaults=DEFAULTS
    | {"tools": "null", "metadata": "null", "file_ids": "null", "user_id": '"user-1"'},
    modified=rules.model_insisted_on,
    error_body=rules.in_detail,
    **_without("temperature", "top_p", "response_format", "tool_resources", "x_vendor"),
)
_BELLA = _rules(
    page=rules.page_one_for_a_lost_cursor,
    modified=rules.null_ignored,
    delete_fails="after",
    error_body=rules.bare,
)
_LOCALAI = _rules(
    page=rules.newest_ones,
    list_body=rules.bare_array,
    identify=lambda number: f'"asst_{number}"',
    created_fields=lambda second: {"created": str(second)},
    stored_part=_into_localai,
    modified=rules.replaced,
    returned_part=_out_of_localai,
    error_body=rules.as_text,
)
_HOSTED = _rules(
    root="/api/v2",
    key_header="x-api-key",
    key=KEY,
    identify=lambda number: str(70_000 + number),
    created_fields=lambda second: {"created_at": f'"{second}"'},
    **_without("description", "x_vendor"),
)

KNOWN: Mapping[str, KnownServer] = {
    "laplas": KnownServer(_rules(root=""), _profile("https://api.apilaplas.com")),
    "foundry": KnownServer(
        _rules(
            root="/api/projects/bots",
            key_header="api-key",
            key=KEY,
            query={"api-version": "v1"},
            page=rules.more_until_empty,
        ),
        _profile(
            "https://acme.services.ai.azure.com/api/projects/bots",
            "api-key",
            query={"api-version": "v1"},
        ),
    ),
    "litellm": KnownServer(
        _rules(
            parts=("list", "create", "delete", "models"),
            absent=405,
            page=rules.fixed_page,
            error_body=rules.in_detail,
        ),
        _profile("https://litellm.example/v1"),
    ),
    "open-assistant-api": KnownServer(
        _rules(
            root="/api/v1",
            key="",
            identify=lambda number: f'"65a{number:021}"',
            defaults=DEFAULTS | {"file_ids": "[]", "extra_body": "{}", "updated_at": "null"},
            modified=rules.stamped,
            error_body=rules.in_detail,
            **_no_longer_than(32_768),
        ),
        _profile("http://localhost:8086/api/v1", api_key_env=""),
    ),
    "bella": KnownServer(_BELLA, _profile("http://localhost:8087/v1")),
    "bella that deletes nothing": KnownServer(
        replace(_BELLA, delete_fails="before"), _profile("http://localhost:8087/v1")
    ),
    "astra": KnownServer(
        _rules(
            key_header="astra-api-token",
            key=KEY,
            needs_beta=True,
            page=rules.all_but_no_cursor,
            list_body=rules.astra_envelope,
            identify=lambda number: f'"{number:08}-8a3f-11ef-9c1e-0242ac120002"',
            created_fields=lambda second: {"created_at": str(second * 1000)},
            modified=rules.never_cleared,
            makes_unknown=True,
            error_body=rules.in_three_shapes,
        ),
        _profile("https://astra.example/v1", "astra-api-token"),
    ),
    "openopenai": KnownServer(
        _rules(
            root="",
            key="",
            page=rules.more_when_full,
            defaults=DEFAULTS | {"file_ids": "[]", "tools": '[{"type": "retrieval"}]'},
            unknown=500,
            error_body=rules.as_text,
        ),
        _profile("http://localhost:3000", api_key_env=""),
    ),
    "myla": KnownServer(_MYLA, _profile("http://localhost:2000/api/v1")),
    "myla, told": KnownServer(_MYLA, _profile("http://localhost:2000/api/v1", full_replace=True)),
    "leapfrog": KnownServer(
        _rules(
            root="/openai/v1",
            page=rules.everything,
            list_body=rules.unpaged_envelope,
            unknown=200,
            modified=rules.null_ignored,
            error_body=rules.in_detail,
        ),
        _profile("https://leapfrog.example/openai/v1"),
    ),
    "localai": KnownServer(_LOCALAI, _profile("http://localhost:8080/v1")),
    "localai, told": KnownServer(_LOCALAI, _profile("http://localhost:8080/v1", full_replace=True)),
    "hosted": KnownServer(_HOSTED, _profile("https://bots.example/api/v2/", "X-API-Key")),
    "hosted by another": KnownServer(
        replace(_HOSTED, key_header="x-auth-token"),
        _profile("https://bots.example/api/v2", "X-Auth-Token"),
    ),
}
"""All that can be worked with. `told` stands for a profile with `full_replace`."""

GONE: Mapping[str, KnownServer] = {
    "laplas without its upstream": KnownServer(
        _rules(root="", parts=(), error_body=rules.as_a_page),
        _profile("https://api.apilaplas.com"),
    ),
    "openai": KnownServer(_rules(parts=()), _profile("https://api.openai.com/v1")),
}
"""Those that answer 404 to everything."""
