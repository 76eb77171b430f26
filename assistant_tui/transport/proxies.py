"""Which proxy leads to an address: the profile's, or the one that the environment has for it.

Only the variables that concern the address are read; what the others hold does not matter.
"""

import ipaddress
import os
from collections.abc import Iterator
from typing import NamedTuple
from urllib.request import getproxies

import httpx

from assistant_tui.core.errors import SettingError
from assistant_tui.transport.endpoint import Endpoint

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_LAST_PORT = 65_535
_SCHEMES = {"socks": "socks5"}
"""What desktops write, and what they mean by it."""


class ProxyChoice(NamedTuple):
    """A proxy, and the setting that names it."""

    address: str
    setting: str

    @property
    def url(self) -> httpx.URL:
        """The address, read.

        Raises:
            SettingError: it is not that of a proxy; the message names the setting.
        """
        scheme, separator, rest = self.address.strip().rpartition("://")
        scheme = scheme.lower() if separator else "http"
        try:
            url = httpx.URL(f"{_SCHEMES.get(scheme, scheme)}://{rest}")
            url.host.encode("idna")
            usable = url.scheme in _PORTS and bool(url.host) and (url.port or 0) <= _LAST_PORT
        except Exception:  # httpx, idna and urllib: there is no list of what they raise
            usable = False
        if not usable:
            raise SettingError(f"{self.setting}: not the address of an http, https or socks5 proxy")
        return url

    @property
    def shown(self) -> str:
        """Host and port, and the setting."""
        return f"{address_of(self.url)} ({self.setting})"


def proxy_for(endpoint: Endpoint) -> ProxyChoice | None:
    """Return the proxy before an endpoint; None where the way to it is direct.

    No proxy of the environment leads to this machine itself: plain http to it is allowed because
    nobody can listen on the way.
    """
    if endpoint.transport is not None:
        return None
    if endpoint.proxy:
        return ProxyChoice(endpoint.proxy, "proxy in the profile")
    url = httpx.URL(endpoint.base_url)
    if _is_here(url):
        return None
    found = getproxies()
    for scheme in (url.scheme, "all"):
        if found.get(scheme):
            if _is_excepted(url, found.get("no", "")):
                return None
            return ProxyChoice(found[scheme], _variable(f"{scheme}_proxy", found[scheme]))
    return None


def address_of(url: httpx.URL) -> str:
    """Host and port of a URL, as messages name them."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{host}:{url.port or _PORTS.get(url.scheme, '')}"


def _variable(name: str, value: str) -> str:
    """The variable as it is spelled in this environment."""
    spelled = (each for each in os.environ if each.lower() == name and os.environ[each] == value)
    return min(spelled, default=name.upper())


def _is_here(url: httpx.URL) -> bool:
    """Whether this is an address of this machine."""
    host = _ip_address(url.host)
    return url.host == "localhost" if host is None else host.is_loopback


def _is_excepted(url: httpx.URL, no_proxy: str) -> bool:
    """Whether NO_PROXY names this address; what is no host and no network there names none."""
    return any(_names(entry, url) for entry in _entries(no_proxy))


def _entries(no_proxy: str) -> Iterator[str]:
    """The entries, which commas or spaces separate, without a scheme."""
    for entry in no_proxy.replace(",", " ").split():
        yield entry.lower().rpartition("://")[2]


def _names(entry: str, url: httpx.URL) -> bool:
    if entry == "*":
        return True
    name, port = _split_port(entry)
    if port and port != str(url.port or _PORTS[url.scheme]):
        return False
    network, host = _network(name), _ip_address(url.host)
    if network is not None:
        return host is not None and host in network
    domain = name.removeprefix("*").removeprefix(".").rstrip(".")
    return bool(domain) and f".{url.host.lower().rstrip('.')}".endswith(f".{domain}")


def _split_port(entry: str) -> tuple[str, str]:
    """Host and port; an IPv6 address stands in brackets where a port follows."""
    host, separator, port = entry.rpartition(":")
    bare = ":" not in host or host.endswith("]")
    return (host, port) if separator and bare and port.isdecimal() else (entry, "")


def _network(name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The network of an address, or of one with the length of its prefix, as in 10.0.0.0/8."""
    try:
        return ipaddress.ip_network(name.strip("[]"), strict=False)
    except ValueError:
        return None


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
