"""What an error tells its reader."""

from assistant_tui.core import errors
from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.errors import Conflict, EditConflict, Invalid, ServiceError
from assistant_tui.core.rows import ResourceRow


def test_an_error_says_its_message_first() -> None:
    error = Invalid("too long", status=400, param="name", code="c", request_id="req_1")
    assert str(error) == "too long (status 400, field name, request req_1)"
    assert error.args == ("too long",)
    assert str(ServiceError("plain")) == "plain"


def test_every_kind_has_a_title_of_its_own() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    direct = [kind for kind in kinds if ServiceError in kind.__bases__]
    titles = [kind.title for kind in direct if issubclass(kind, ServiceError)]
    assert len(titles) >= 12
    assert len(set(titles)) == len(titles)


def test_nothing_is_claimed_that_was_not_told() -> None:
    error = ServiceError("x")
    assert (error.status, error.retry_after, error.may_have_arrived) == (None, None, False)


def test_a_conflict_of_edits_names_the_fields_and_brings_the_newer_assistant() -> None:
    newer = ResourceRow("a", None, "{}", summary=AssistantSummary("N", "m"))
    error = EditConflict(("name", "model"), newer)
    assert isinstance(error, Conflict)
    assert str(error) == "name, model: changed here and elsewhere; nothing was saved"
    assert error.newer is newer
