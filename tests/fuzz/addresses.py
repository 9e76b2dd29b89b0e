"""Tries addresses that no server may be sent to: ``python -m tests.fuzz.addresses``.

Every special range of IANA, at its edges and within, in every spelling and every wrapping, in the
URL, as what a name resolves to and as a redirect. It ends with 1 if one is connected to that a
second table, made by arithmetic, calls special; or if a public one is not.
"""

import argparse
import random
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address

from carseg.imaging.net.fetch import FetchError, fetch
from tests.imaging.test_fetch import STARTS4, STARTS6, Network, moved, special

WRAPPINGS = (
    lambda v: 0xFFFF << 32 | v,  # mapped
    lambda v: v,  # compatible
    lambda v: 0x64FF9B << 96 | v,  # NAT64
    lambda v: 0x2002 << 112 | v << 80,  # 6to4
    lambda v: 0x20010000 << 96 | v << 64 | v ^ 0xFFFFFFFF,  # Teredo
)


def numbers(starts: list[int], bits: int, chance: random.Random) -> Iterator[int]:
    """In, at the edges of, and far from the special ranges."""
    while True:
        start = chance.choice(starts)
        step = chance.choice((-1, 0, 1, chance.getrandbits(chance.randrange(1, bits))))
        yield (start + step) % 2**bits if chance.random() < 0.8 else chance.getrandbits(bits)


def spellings(address: IPv4Address | IPv6Address) -> list[str]:
    """Hosts of a URL that some resolver takes for this address."""
    if isinstance(address, IPv6Address):
        return [f"[{address}]", f"[{address.exploded}]", f"[{str(address).upper()}]"]
    a, b, c, d = address.packed
    plain, number = str(address), int(address)
    wide = plain.translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    return [
        *(plain, f"{plain}.", str(number), hex(number), f"0{number:o}", wide),
        *(f"{a}.{b}.{c << 8 | d}", f"{a}.{b << 16 | c << 8 | d}", f"0{a:o}.{b}.{c}.{d}"),
        *(f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}", f"0{a}.{b}.{c}.{d}", plain.replace(".", "\u3002")),
        *("".join(f"%{ord(letter):x}" for letter in plain), f"user@{plain}"),
        f"{plain}\\@x.example",
    ]


def tried(number: int, chance: random.Random) -> Iterator[tuple[str, list[str]]]:
    """A URL, and the addresses that its host means to a resolver that knows every spelling."""
    fours, sixes = numbers(STARTS4, 32, chance), numbers(STARTS6, 128, chance)
    done = 0
    while True:
        four = next(fours)
        found = [IPv4Address(four), IPv6Address(next(sixes))]
        found += [IPv6Address(wrap(four)) for wrap in WRAPPINGS]
        for address in found:
            for host in spellings(address):
                scheme, port = chance.choice(("http", "https", "HTTP")), chance.choice(("", ":80"))
                yield f"{scheme}://{host}{port}/car.png", [str(address)]
                done += 1
                if done >= number:
                    return


def called(url: str, means: list[str]) -> list[str]:
    """The addresses that were connected to."""
    connected: list[str] = []

    def connect(address: str, _port: int, _seconds: float) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    with suppress(FetchError):
        fetch(url, resolver=lambda *_: means, connector=connect)
    return connected


def redirected(url: str, means: list[str]) -> list[str]:
    """The same for a URL that a public server sends us to."""
    network = Network(None, moved(url.encode().decode("latin-1")))
    before = network.resolver

    def resolve(host: str, port: int) -> list[str]:
        return before(host, port) if host == "cars.example" else means

    with suppress(FetchError):
        fetch("http://cars.example/", resolver=resolve, connector=network.connector)
    return [address for address, _ in network.connected[1:]]


def main(argv: list[str] | None = None) -> int:
    """Run it; 0 if none was taken that should not be."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.addresses", description=__doc__)
    parser.add_argument("--number", type=int, default=41_045, help="of URLs and addresses")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    chance, taken, public, missed = random.Random(args.seed), [], 0, []
    for number, (url, means) in enumerate(tried(args.number, chance)):
        ways = [called(url, means), called("http://cars.example/", means)]
        if number % 20 == 0:  # it takes a thread and a pair of sockets
            ways.append(redirected(url, means))
        public += any(ways)
        taken += [(url, one) for way in ways for one in way if special(one)]
        if not special(means[0]) and not ways[1]:
            missed.append(means[0])
    print(
        f"{args.number:,} URLs and addresses: {len(taken)} special ones taken, {public:,} public "
        f"ones tried, {len(missed)} public ones refused"
    )
    for url, one in taken[:20]:
        print(f"taken: {url} -> {one}", file=sys.stderr)
    return int(bool(taken or missed))


if __name__ == "__main__":
    sys.exit(main())
