"""The subcommands `create`, `update` and `clone`: each writes one assistant, and prints its id."""

import argparse
from collections.abc import Mapping

from assistant_tui.cli.console import Console
from assistant_tui.cli.reports import describe_error, exit_code, report_saved
from assistant_tui.cli.session import Session, Subcommand
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.assistants.assignments import assigned
from assistant_tui.core.assistants.cloning import (
    clone,
    creation_draft,
    transfer,
    uncreatable_fields,
)
from assistant_tui.core.assistants.draft import update_draft
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.json_text import compose, write_json
from assistant_tui.core.labels import shown_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.services.assistants import AssistantService
from assistant_tui.storage.import_files import read_object
from assistant_tui.storage.user_files import FileError

_NOTHING: Mapping[str, str] = {}


def prepare_create(options: argparse.Namespace, console: Console) -> Subcommand:
    """Create what the file and the options say, and print the new id."""
    wanted = _assigned(options, _read_file_option(options, console))

    async def subcommand(session: Session) -> int:
        draft = creation_draft(_with_model(wanted, session.settings.profile.model))
        for problem in draft.errors.values():
            raise ConfigurationError(f"{_source(options)}: {problem}")
        with session.write():
            saved = await session.service.create(draft)
            report_saved(console, saved)
            _print_written(console, saved.row, as_json=options.json)
        return 0

    return subcommand


def prepare_update(options: argparse.Namespace, console: Console) -> Subcommand:
    """Send what differs from what the server has, and print the id."""
    given = _read_file_option(options, console)
    _assigned(options, given)

    async def subcommand(session: Session) -> int:
        row = await session.service.fetch(options.id)
        try:
            before = RawJson(row.text)
            draft = update_draft(before, _assigned(options, given, before.members))
        except ValueError as error:
            raise ConfigurationError(f"{_source(options)}: {error}") from None
        named = given.value("id")
        if isinstance(named, str) and named != row.id:
            console.note(f"--file {options.file}: its id, {shown_id(named)}, is left out")
        if not draft.dirty:
            console.note(f"{shown_id(row.id)} has all of it already; nothing was sent")
            _print_written(console, row, as_json=options.json)
            return 0
        with session.write():
            saved = await session.service.save(draft)
            report_saved(console, saved)
            _print_written(console, saved.row, as_json=options.json)
        return 0

    return subcommand


def _read_file_option(options: argparse.Namespace, console: Console) -> RawJson:
    """The assistant, or part of one, in the file of `--file`. Raises ConfigurationError."""
    if options.file is None and not options.set:
        raise ConfigurationError(
            f"{options.command}: required: --file F or --set NAME=VALUE, or both"
        )
    if options.file is None:
        return RawJson("{}")
    console.expect_input(options.file)
    try:
        return read_object(options.file, options.format)
    except FileError as error:
        raise ConfigurationError(f"--file {error}") from None


def _assigned(
    options: argparse.Namespace, document: RawJson, before: Mapping[str, str] = _NOTHING
) -> RawJson:
    """What the file says, with the fields of `--set`. Raises ConfigurationError."""
    try:
        return assigned(document, before, options.set)
    except ValueError as error:
        raise ConfigurationError(f"--set {error}") from None


def _with_model(document: RawJson, model: str) -> RawJson:
    """The same with the model of the profile, where the document names none."""
    if not model or document.members.get("model", "null") != "null":
        return document
    return RawJson(compose({**document.members, "model": write_json(model)}))


def _source(options: argparse.Namespace) -> str:
    """The option that a fault in the assistant is blamed on."""
    return "--set" if options.file is None else f"--file {options.file}"


def _print_written(console: Console, row: ResourceRow, *, as_json: bool) -> None:
    """Print the id of what was written, or all of it as the server sent it."""
    if as_json:
        console.written_json(row.id, row.text)
    else:
        console.written_id(row.id)


def prepare_clone(options: argparse.Namespace, console: Console) -> Subcommand:
    """Create the clone, print its id, and name what could not be copied."""

    async def subcommand(session: Session) -> int:
        row = await session.service.fetch(options.id)
        if row.problem:
            console.note(
                f"{shown_id(row.id)} does not fit the API, so it cannot be cloned: {row.problem}"
            )
            return 1
        if options.to is None:
            return await _clone_here(session, row)
        return await _clone_to(session, row, options.to)

    return subcommand


async def _clone_here(session: Session, row: ResourceRow) -> int:
    document = RawJson(row.text)
    if lost := uncreatable_fields(document):
        session.console.note(f"cannot be copied: {', '.join(lost)}")
    with session.write():
        saved = await session.service.create(clone(document))
        report_saved(session.console, saved)
        session.console.written_id(saved.row.id)
    return 0


async def _clone_to(session: Session, row: ResourceRow, name: str) -> int:
    profiles = session.settings.profiles
    if name not in profiles:
        raise ConfigurationError(f"--to: no profile '{name}'; there are: {', '.join(profiles)}")
    if profiles[name].read_only:
        raise ConfigurationError(f"--to: profile {name} is read-only")
    try:
        async with session.open_profile(profiles[name]) as target:
            await _create_there(session, target, row)
    except ServiceError as error:
        session.console.note(f"--to {name}: {describe_error(error, profiles[name])}")
        return exit_code(error)
    return 0


async def _create_there(session: Session, target: AssistantService, row: ResourceRow) -> None:
    move = transfer(RawJson(row.text), await target.inventory.fetch())
    for lost in move.lost:
        session.console.note(lost)
    with session.write():
        saved = await target.create(move.draft)
        report_saved(session.console, saved)
        session.console.written_id(saved.row.id)
