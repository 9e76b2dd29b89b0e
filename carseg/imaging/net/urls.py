"""Parses a URL that a stranger typed once, so that the checked address is the one connected to."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urljoin, urlsplit

import idna

from carseg.core.errors import CarsegError

PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 8000
NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
SAFE = "/%:@!$&'()*+,;=~"

UNREACHABLE = (
    "This address cannot be reached from here: check it, or save the picture and upload the file."
)
NOT_URL = "A picture address starts with http:// or https://: copy the whole address."
CREDENTIALS = "An address with a user name or a password is not used: upload the file instead."


class FetchError(CarsegError):
    """There is no picture at this URL; the text is one clear sentence for its user."""


@dataclass(frozen=True)
class Target:
    """One request: an ASCII host (a name or an address, no brackets), a port, path and query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header: no default port, brackets around IPv6."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole URL again."""
        return f"{self.scheme}://{self.authority}{self.path}"


def parse(url: str) -> Target:
    """The parts of a URL, for the checks and for the connection. Raises FetchError."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise FetchError(UNREACHABLE) from error
    if parts.scheme not in PORTS:
        raise FetchError(NOT_URL)
    if "@" in parts.netloc:
        raise FetchError(CREDENTIALS)
    port = PORTS[parts.scheme] if port is None else port
    if port not in PORTS.values() or len(url) > MAX_LENGTH:
        raise FetchError(UNREACHABLE)
    try:
        path = quote(parts.path or "/", safe=SAFE)
        query = quote(parts.query, safe=SAFE + "?")
    except UnicodeError as error:  # bytes of a command line that are no text
        raise FetchError(UNREACHABLE) from error
    return Target(parts.scheme, _ascii(host), port, f"{path}?{query}" if query else path)


def redirected(target: Target, location: str) -> Target:
    """The target of a Location header; never from https to http. Raises FetchError."""
    try:
        # Headers arrive as Latin-1, but addresses that are not ASCII are UTF-8 in practice.
        following = parse(urljoin(target.url, location.encode("latin-1").decode()))
    except ValueError as error:
        raise FetchError(UNREACHABLE) from error
    if not location or (target.scheme, following.scheme) == ("https", "http"):
        raise FetchError(UNREACHABLE)
    return following


def _ascii(host: str) -> str:
    """A name as it is looked up, or an address; other spellings of an address are refused."""
    try:
        # Compatibility forms (full-width digits, the ideographic full stop) become ASCII here,
        # before anything is checked.
        name = host.lower() if host.isascii() else idna.encode(host, uts46=True).decode()
    except UnicodeError as error:
        raise FetchError(UNREACHABLE) from error
    name = name.removesuffix(".")
    if is_address(name):
        return name
    # 2130706433, 0177.0.0.1, 127.1 and 0x7f.0.0.1 are 127.0.0.1 to many resolvers: a last label
    # that is a number makes an address, and the one spelling we take has been tried above.
    if NUMBER.fullmatch(name.rpartition(".")[2]) or not NAME.fullmatch(name) or len(name) > 253:
        raise FetchError(UNREACHABLE)
    return name


def is_address(host: str) -> bool:
    """True for an IPv4 or IPv6 address in its one usual spelling."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
