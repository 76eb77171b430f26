"""Everything that can go wrong between this program and a server.

```
ServiceError            the base that callers catch
├── Offline             host unknown, refused, TLS fault, connection lost
│   └── SettingError    a setting of the profile or the environment is at fault; nothing was sent
├── TimedOut            no answer in time
├── Unreadable          an answer that is not the JSON that was asked for
│   ├── ResponseTooLarge it is larger than this program takes
│   └── WrongObject     it is about another assistant than the one that was asked for
├── Unauthorized        401
├── Forbidden           403
├── NotFound            404 for one assistant
│   └── Deleted         it is certainly gone
├── NotServed           404, 405, 410, 501 for a whole route
├── Invalid             400, 413, 422 and other refusals of what was sent
│   ├── Incomplete      the server wants the whole object on a modify
│   └── RunRefused      what a run was given; the message that it would answer is there
├── Conflict            409, or another program does the same
│   └── ChangedElsewhere  it is not as it was
│       └── EditConflict  the same fields were changed here and elsewhere; nothing was sent
├── NoBackup            no copy of what is to be deleted can be kept; nothing was sent
├── RateLimited         429
└── ServerFault         5xx
```
"""

import re
import traceback
from pathlib import Path

from assistant_tui.core.rows import ResourceRow


class ServiceError(Exception):
    """A request did not do what was asked; `message` is the server's own where it gave one."""

    title = "The server refused"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        param: str | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        may_have_arrived: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        """The HTTP status, where there was an answer."""
        self.param = param
        """The path in the body or query that was at fault, e.g. `metadata.team`."""
        self.code = code
        """The server's own code, e.g. `string_above_max_length`."""
        self.request_id = request_id
        """What the server calls the request, to quote in a report."""
        self.retry_after = retry_after
        """Seconds that the server asked to wait before the next request."""
        self.may_have_arrived = may_have_arrived
        """The request left this machine, so the server may have carried it out."""
        self.hint = ""
        """What the person can do, in a few words at the end of the message."""

    @property
    def field(self) -> str:
        """The field that was at fault, `metadata` of `metadata.team`; empty if none is named."""
        return re.split(r"[.\[]", self.param or "")[0]

    def __str__(self) -> str:
        details = [
            f"status {self.status}" if self.status else "",
            f"field {self.param}" if self.param else "",
            f"request {self.request_id}" if self.request_id else "",
        ]
        said = ", ".join(detail for detail in details if detail)
        text = f"{self.message} ({said})" if said else self.message
        return f"{text} · {self.hint}" if self.hint else text


class Offline(ServiceError):
    """The server could not be reached, or the connection was lost."""

    title = "Offline"


class SettingError(Offline):
    """What the profile or the environment says cannot be used; the message names the setting."""

    title = "Settings"


class TimedOut(ServiceError):
    """The server gave no answer within the profile's time-out."""

    title = "Timed out"


class Unreadable(ServiceError):
    """The answer was not JSON, was cut off, too large, or did not fit the API."""

    title = "Unreadable answer"


class ResponseTooLarge(Unreadable):
    """The answer was cut off by this program, so that it does not fill the memory."""


class WrongObject(Unreadable):
    """The answer is about another assistant than the one that was asked for."""

    title = "Wrong answer"


class Unauthorized(ServiceError):
    """The key is missing or wrong."""

    title = "Unauthorized"


class Forbidden(ServiceError):
    """The key is known but may not do this."""

    title = "Forbidden"


class NotFound(ServiceError):
    """There is no assistant with this id (any more)."""

    title = "Not found"


class Deleted(NotFound):
    """It is certainly gone: a server that can retrieve assistants does not have it any more."""


class NotServed(ServiceError):
    """The host has no such route: it does not serve this part of the Assistants API."""

    title = "Not served here"


class Invalid(ServiceError):
    """The server refused the content of the request."""

    title = "Refused"


class Incomplete(Invalid):
    """A modify must carry the whole object there; nothing was changed."""


class RunRefused(Invalid):
    """The server refused what a run was given; the message that it would answer is there."""

    @classmethod
    def of(cls, error: Invalid) -> "RunRefused":
        """The same refusal, as one of a run."""
        refused = cls(
            error.message,
            status=error.status,
            param=error.param,
            code=error.code,
            request_id=error.request_id,
        )
        refused.hint = error.hint
        return refused


class Conflict(ServiceError):
    """What stands or goes on there does not allow it now: it is in use, exists, or is locked."""

    title = "Conflict"


class ChangedElsewhere(Conflict):
    """Somebody else changed the same thing meanwhile."""

    title = "Changed elsewhere"


class EditConflict(ChangedElsewhere):
    """The same fields were changed here and elsewhere; nothing was sent."""

    def __init__(self, fields: tuple[str, ...], newer: ResourceRow) -> None:
        super().__init__(f"{', '.join(fields)}: changed here and elsewhere; nothing was saved")
        self.fields = fields
        self.newer = newer
        """The assistant as the server has it now."""


class NoBackup(ServiceError):
    """No copy can be kept of what is to be deleted; nothing was sent."""

    title = "No copy"


class RateLimited(ServiceError):
    """Too many requests, or no credit left."""

    title = "Rate limited"


class ServerFault(ServiceError):
    """The server failed by itself."""

    title = "Server fault"


def describe_fault(fault: Exception) -> str:
    """Describe an unexpected error by its type and place.

    Its message is left out, since it may quote a secret.
    """
    frames = traceback.extract_tb(fault.__traceback__)
    place = f", {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"stopped by a fault of this program ({type(fault).__name__}{place})"
