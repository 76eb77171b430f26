"""The check of a user's keymap: what Textual would silently steal or drop is an error."""

import pytest
from textual.binding import BindingsMap
from textual.keys import Keys

from assistant_tui.config.settings import LOCAL, ConfigurationError, Settings
from assistant_tui.tui.app import AssistantApp
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.keymap import check_keymap

PATH = "config.toml"


def refusal(**keymap: str) -> str:
    """What is said of a keymap that is not allowed."""
    with pytest.raises(ConfigurationError) as raised:
        check_keymap(PATH, keymap)
    return str(raised.value)


@pytest.mark.parametrize(
    "keys",
    ["D", "f5", "delete", "ctrl+d", "alt+shift+f3", "D,delete", "ctrl+delete", "ü", "insert", "<"],
)
def test_keys_that_terminals_send_are_allowed(keys: str) -> None:
    check_keymap(PATH, {"delete": keys})


@pytest.mark.parametrize("key", ["percent_sign", "comma", "full_stop", "ampersand", "f24"])
def test_names_that_textual_knows_are_allowed(key: str) -> None:
    check_keymap(PATH, {"delete": key})


@pytest.mark.parametrize(
    "key",
    [
        "",
        "entr",
        "strg+d",
        "ctrl+",
        "ctrl+entr",
        "D,",
        "D,,delete",
        " D",
        " ",
        "c-d",
        "shift+ctrl+d",
    ],
)
def test_what_is_no_key_is_refused_by_its_name(key: str) -> None:
    said = refusal(delete=key)
    assert said.startswith("config.toml: keymap.delete: '") and "' is no key; allowed: " in said


@pytest.mark.parametrize("key", ["solidus", "hyphen_minus", "latin_small_letter_d", "ctrl+D"])
def test_names_that_no_key_press_has_are_refused(key: str) -> None:
    assert f"'{key}' is no key" in refusal(delete=key)


@pytest.mark.parametrize("key", ["<any>", "<ignore>", "<scroll-up>", "return"])
def test_names_that_are_no_keys_of_a_keyboard_are_refused(key: str) -> None:
    assert key in {each.value for each in Keys}
    assert f"'{key}' is no key" in refusal(delete=key)


def test_an_unknown_command_is_refused_and_the_known_ones_are_named() -> None:
    said = refusal(remove="D")
    assert "keymap.remove: no such command; allowed: " in said
    assert "move_down, " in said and "copy_name" not in said


def test_a_command_without_keys_of_its_own_takes_none() -> None:
    assert "keymap.copy_name: no such command" in refusal(copy_name="N")


@pytest.mark.parametrize(
    ("keymap", "key", "one", "other"),
    [
        ({"open": "d"}, "d", "open", "delete"),
        ({"open": "x", "create": "x"}, "x", "open", "create"),
        ({"save": "ctrl+q"}, "ctrl+q", "save", "quit_anywhere"),
        ({"move_down": "n"}, "n", "move_down", "create"),
        ({"create": "?"}, "question_mark", "create", "help"),
        ({"create": "question_mark"}, "question_mark", "create", "help"),
        ({"create": "["}, "[", "previous_page", "create"),
        ({"create": "ctrl+m"}, "ctrl+m", "open", "create"),
        ({"create": "ctrl+i"}, "tab", "create", "switch_pane"),
        ({"create": "x,x"}, "x", "create", "create"),
    ],
)
def test_a_clash_names_the_key_and_both_commands(
    keymap: dict[str, str], key: str, one: str, other: str
) -> None:
    said = refusal(**keymap)
    assert f"'{key}'" in said and one in said and other in said


def test_a_key_may_serve_list_and_form() -> None:
    check_keymap(PATH, {"edit_json": "f4", "help": "f1"})


def test_two_commands_may_swap_their_keys() -> None:
    keymap = {"delete": "n", "create": "d"}
    check_keymap(PATH, keymap)
    made = BindingsMap(bindings(Where.BROWSER))
    made.apply_keymap(keymap)
    assert [b.id for b in made.key_to_bindings["n"]] == ["delete"]
    assert [b.id for b in made.key_to_bindings["d"]] == ["create"]


@pytest.mark.parametrize("keys", ["!", "D", "ctrl+d", "percent_sign", "%", "f5", "insert", "ü"])
def test_what_is_allowed_reaches_the_bindings(keys: str) -> None:
    check_keymap(PATH, {"copy_id": keys})
    made = BindingsMap(bindings(Where.BROWSER))
    app = AssistantApp(
        Settings(LOCAL, keymap={"copy_id": keys}),
        None,  # type: ignore[arg-type]  # never called
        crash_folder=None,  # type: ignore[arg-type]  # never called
    )
    made.apply_keymap(app._keymap)
    assert [b.id for found in made.key_to_bindings.values() for b in found].count("copy_id") == 1
    assert "y" not in made.key_to_bindings


def test_the_program_does_not_start_with_a_wrong_keymap() -> None:
    settings = Settings(LOCAL, keymap={"open": "d"}, path=PATH)
    with pytest.raises(ConfigurationError, match="'d' is on both"):
        AssistantApp(
            settings,
            None,  # type: ignore[arg-type]  # never called
            crash_folder=None,  # type: ignore[arg-type]  # never called
        )
