"""From a failed connection to the error that the program knows, its cause in plain words."""

import errno
import os
import socket
import ssl
from collections.abc import Iterator
from typing import NamedTuple

import httpx
from socksio import ProtocolError, SOCKSError

from assistant_tui.core.errors import Offline, ResponseTooLarge, ServiceError, TimedOut, Unreadable
from assistant_tui.transport.messages import FailedAttempt, Limits

UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""Where these are raised the request has not left this machine."""

_NO_ISSUER = (18, 19, 20, 21)
"""OpenSSL's codes for a chain without a known authority: X509_V_ERR_…_SELF_SIGNED, …_ISSUER."""
_CA_HINT = ": ca_file in the profile names a company's own authority"

_Description = tuple[type[ServiceError], str, bool]
"""The error, its message, and whether no repetition can help."""


class BadCompression(Exception):
    """A body cannot be decompressed, or says that it is compressed more than once."""


class BodyTooLarge(Exception):
    """A body is longer than its limit."""


class NoData(Exception):
    """Nothing more of a response came for too long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Peer(NamedTuple):
    """The server that was to be reached."""

    host: str
    address: str
    """Host and port."""
    proxy: str = ""
    """Host and port of the proxy in between, and the setting that names it."""

    @property
    def first_hop(self) -> str:
        """Where the connection itself goes."""
        return f"proxy {self.proxy}" if self.proxy else self.address


def network_error(
    error: Exception, peer: Peer, limits: Limits, *, answering: bool = False
) -> FailedAttempt:
    """Return the error that any exception of httpx, or of what is below it, stands for.

    `answering`: the head of the answer had come already. No text of the exception is passed on
    but the operating system's and OpenSSL's, since others quote headers.
    """
    unsent = isinstance(error, (*UNSENT, ProtocolError, SOCKSError))
    kind, message, permanent = _describe(error, peer, limits, answering)
    return FailedAttempt(kind(message, may_have_arrived=not unsent), permanent=permanent)


def _describe(error: Exception, peer: Peer, limits: Limits, answering: bool) -> _Description:
    if (timed_out := _describe_timeout(error, peer, limits)) is not None:
        return timed_out
    if isinstance(error, httpx.ProxyError):
        return Offline, f"{peer.first_hop} refused the connection: {error}", False
    if isinstance(error, ProtocolError | SOCKSError):
        return Offline, f"{peer.first_hop} does not speak SOCKS 5", True
    if isinstance(error, BodyTooLarge):
        most = f"{limits.body / 1024 / 1024:g} MiB"
        return ResponseTooLarge, f"the answer of {peer.host} is larger than {most}", True
    if isinstance(error, BadCompression | httpx.DecodingError):
        return Unreadable, f"the answer of {peer.host} is compressed wrongly", True
    tls = next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)), None)
    if tls is not None:
        return _describe_tls(tls, peer)
    if not isinstance(error, httpx.RequestError | OSError):
        kind = type(error).__name__
        return Unreadable, f"what {peer.host} sent cannot be taken for an answer ({kind})", True
    if answering:
        return Unreadable, f"the answer of {peer.host} was cut off", False
    return Offline, _disconnection(error, peer), False


def _describe_timeout(error: Exception, peer: Peer, limits: Limits) -> _Description | None:
    if isinstance(error, TimeoutError):
        return TimedOut, f"no whole answer from {peer.host} within {limits.total:g} s", True
    if isinstance(error, httpx.ConnectTimeout):
        return TimedOut, f"no connection to {peer.first_hop} within {limits.connect:g} s", False
    if isinstance(error, NoData):
        return TimedOut, f"no answer from {peer.host} within {error.seconds:g} s", False
    if isinstance(error, httpx.TimeoutException):
        return TimedOut, f"no answer from {peer.host} within {limits.first_byte:g} s", False
    return None


def _describe_tls(error: ssl.SSLError, peer: Peer) -> _Description:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Offline, _distrust(error, peer), True
    # Made by Python itself, not by OpenSSL, the exception has no reason.
    reason = getattr(error, "reason", None) or "handshake failed"
    words = reason.replace("_", " ").lower()
    return Offline, f"TLS: no secure connection to {peer.address} ({words})", False


def _distrust(error: ssl.SSLCertVerificationError, peer: Peer) -> str:
    hint = _CA_HINT if error.verify_code in _NO_ISSUER else ""
    return f"TLS: certificate of {peer.host} not trusted ({error.verify_message}){hint}"


def _disconnection(error: Exception, peer: Peer) -> str:
    if isinstance(error, httpx.RemoteProtocolError):
        return f"{peer.host} closed the connection without an answer, or does not speak HTTP"
    if not isinstance(error, httpx.ConnectError):
        return f"connection to {peer.host} lost"
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"host unknown: {peer.first_hop if peer.proxy else peer.address.rpartition(':')[0]}"
    numbers = [cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno]
    if errno.ECONNREFUSED in numbers:
        return f"connection refused by {peer.first_hop}"
    why = f": {os.strerror(numbers[-1]).lower()}" if numbers else ""
    return f"no connection to {peer.first_hop}{why}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and all that led to it, the members of groups included."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for member in error.exceptions:
                yield from _causes(member)
        error = error.__cause__ or error.__context__
