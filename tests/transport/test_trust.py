"""The files that say whom to trust: each is a file, or the setting that names it is told."""

import os
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.errors import Offline
from assistant_tui.transport.connection_pool import open_pool
from assistant_tui.transport.endpoint import Endpoint

URL = "https://h.test/v1"


@pytest.mark.parametrize("setting", ["ca_file", "client_cert"])
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("pipe", "it is a pipe; a file is allowed"),
        ("folder", "it is a folder; a file is allowed"),
        ("endless", "it is a device; a file is allowed"),
        ("none", "No such file or directory"),
        ("text", "holds no usable PEM"),
        ("~nosuchuser/ca.pem", "nobody's home is ~nosuchuser"),
        ("a\0b", "no file can have this name"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_setting(
    tmp_path: Path, setting: str, name: str, why: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "endless").symlink_to("/dev/zero")
    (tmp_path / "text").write_text("not PEM")
    path = name if name.startswith("~") else str(tmp_path / name)
    endpoint = Endpoint(URL, ca_file=path if setting == "ca_file" else "")
    if setting == "client_cert":
        endpoint = Endpoint(URL, client_cert=path)
    with pytest.raises(Offline) as caught:
        open_pool(endpoint)
    assert caught.value.message == f"{setting} in the profile: {path}: {why}"


@pytest.mark.parametrize("name", ["pipe", "none"])
def test_the_variable_that_names_authorities_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / name))
    with pytest.raises(Offline, match=f"SSL_CERT_FILE: {tmp_path / name}: "):
        open_pool(Endpoint(URL))


def test_the_usual_authorities_are_trusted_unless_the_variable_names_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _trusted_authorities() == 1
    monkeypatch.delenv("SSL_CERT_FILE")
    assert _trusted_authorities() > 50


def _trusted_authorities() -> int:
    transport = open_pool(Endpoint(URL))._transport
    assert isinstance(transport, httpx.AsyncHTTPTransport)
    context = transport._pool._ssl_context
    assert context is not None
    return context.cert_store_stats()["x509_ca"]
