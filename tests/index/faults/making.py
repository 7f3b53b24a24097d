"""What is stored, and files damaged in many ways."""

from collections.abc import Iterator
from random import Random

TEXTS = {
    "comet": "# Comets\n\nThe comet returned in 1910. It was seen from Lisbon.",
    "harbour": "The harbour was dredged in 1931. The work took three years.",
    "orchard": "The orchard bore pears. They were sold at the market in Ghent.",
    "violin": "The violin was tuned before the concert in Vienna.",
}


def damaged(data: bytes, random: Random) -> Iterator[tuple[str, bytes]]:
    for _ in range(15):
        length = random.randrange(len(data))
        yield f"cut at {length}", data[:length]
    for _ in range(60):
        at, bit = random.randrange(len(data)), 1 << random.randrange(8)
        yield f"bit {bit} at {at}", data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
    for _ in range(10):
        at = random.randrange(len(data))
        noise = random.randbytes(64)
        yield f"noise at {at}", (data[:at] + noise + data[at + 64 :])[: len(data)]
