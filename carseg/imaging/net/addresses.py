"""Checks addresses: a server may fetch a stranger's picture from public addresses only.

The table is IANA's special-purpose registries (RFC 6890 and its updates) as of 2025, written out:
``ipaddress.is_global`` differs between Python versions, and calls fec0::1, 2002:7f00:1:: and
192.0.0.192 (a cloud's metadata service) global.
"""

from collections.abc import Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address

NEVER = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32",  # Azure answers its virtual machines here, on a public number
            "2001::/23", "2001:db8::/32", "3fff::/20",
        ),
    )
)  # fmt: skip
UNICAST6 = IPv6Network("2000::/3")
"""The only part of IPv6 that is assigned. Everything else is local, reserved or multicast."""
NAT64 = IPv6Network("64:ff9b::/96")
COMPATIBLE = IPv6Network("::/96")


def public_address(text: str) -> str | None:
    """The address to connect to, or None if it is not a public one.

    IPv4 inside IPv6 (mapped, compatible, 6to4, Teredo, NAT64) is unwrapped and must be public too;
    a mapped address comes back as the IPv4 address that it stands for. Anything that is no address
    in its one usual spelling gives None, an address with a zone too.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(address) if is_public(address) else None


def is_public(address: Address) -> bool:
    """Whether this is a public unicast address, as is every IPv4 address inside it."""
    if not all(_allowed(inner) for inner in embedded(address)):
        return False
    # A network without IPv4 reaches all IPv4 addresses by NAT64: only the wrapped address counts.
    return address in NAT64 or _allowed(address)


def embedded(address: Address) -> Iterator[IPv4Address]:
    """Every IPv4 address that travels inside this one (RFC 4291, 3056, 4380, 6052)."""
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in NAT64 or address in COMPATIBLE:
        yield IPv4Address(int(address) & 0xFFFFFFFF)


def _allowed(address: Address) -> bool:
    """Whether neither our table nor Python's calls the address special."""
    if isinstance(address, IPv6Address) and (address not in UNICAST6 or address.scope_id):
        return False
    if any(_within(address, network) for network in NEVER):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _within(address: Address, network: IPv4Network | IPv6Network) -> bool:
    return address.version == network.version and address in network
