"""The key from its source to the header, held no longer than one call."""

import asyncio
import re
from collections.abc import Collection

from assistant_tui.core.errors import ServiceError, Unauthorized
from assistant_tui.core.redaction import redact
from assistant_tui.transport.endpoint import Endpoint

_VALUE = re.compile(r"[\x20-\x7e]*")


class Credentials:
    """Asks an endpoint's source for the key, and anew where a server refused it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._source = endpoint.key
        self._header = endpoint.key_header
        self._renewing = asyncio.Lock()
        self.secrets = endpoint.secrets
        """What no error may quote beside the key."""

    async def current(self) -> str | None:
        """Return the key; None for a server without keys."""
        return await self._ask(again=False)

    async def renew(self, refused: str | None) -> str | None:
        """Return the key to try after one was refused; the same if there is no other.

        Requests that were refused side by side fetch a new one once.
        """
        async with self._renewing:
            key = await self.current()
            return key if key != refused else await self._ask(again=True)

    async def _ask(self, *, again: bool) -> str | None:
        try:
            key = await self._source(again=again) if self._source else None
        except ServiceError:
            raise
        except Exception as error:  # a file, a program, a keyring: whatever they raise
            raise Unauthorized(f"the key cannot be had ({type(error).__name__})") from None
        return key.strip() or None if key else None

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the header that carries the key, if there is one.

        Raises:
            Unauthorized: no header can carry it. The key itself is not in the message.
        """
        if key is None:
            return {}
        if not _VALUE.fullmatch(key):
            raise Unauthorized("the key holds characters that no HTTP header may carry")
        return {self._header: key} if self._header else {"Authorization": f"Bearer {key}"}


def redact_error(error: ServiceError, keys: Collection[str]) -> ServiceError:
    """Take keys and other secrets out of an error: some servers quote them in their refusals."""
    error.message = redact(error.message, keys)
    error.args = (error.message,)
    error.param = error.param and redact(error.param, keys)
    error.code = error.code and redact(error.code, keys)
    error.request_id = error.request_id and redact(error.request_id, keys)
    return error
