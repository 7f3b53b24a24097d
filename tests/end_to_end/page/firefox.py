#!/usr/bin/env python3
"""Firefox as Playwright drives it over WebDriver BiDi, for a Firefox before 159.

Playwright says of every page which color scheme it wants, with a command that Firefox knows from 159 on
(bug 2064354), and gives up when it is refused. This program is started in Firefox's place, passes on
what the two say to each other, and puts a harmless command there instead.
"""

import asyncio
import json
import re
import sys
from asyncio import StreamReader, StreamWriter

FIREFOX = "/usr/bin/firefox-esr"
_UNKNOWN = "emulation.setMediaFeaturesOverride"
_HARMLESS = "session.status"
_MOST = 1 << 28  # bytes of a message


async def main() -> int:
    """Run Firefox until it ends; gives its exit status."""
    firefox = await asyncio.create_subprocess_exec(FIREFOX, *sys.argv[1:], stderr=asyncio.subprocess.PIPE)
    assert firefox.stderr is not None
    async for line in firefox.stderr:
        said = line.decode(errors="replace")
        if found := re.search(r"listening on ws://127\.0\.0\.1:(\d+)", said):
            said = said.replace(found[1], str(await _relay(int(found[1]))))
        sys.stderr.write(said)
        sys.stderr.flush()
    return await firefox.wait()


async def _relay(port: int) -> int:
    """Listen for Playwright; gives the port to listen at."""

    async def meet(reader: StreamReader, writer: StreamWriter) -> None:
        from_firefox, to_firefox = await asyncio.open_connection("127.0.0.1", port, limit=_MOST)
        # Firefox answers to its own address only.
        greeting = await reader.readuntil(b"\r\n\r\n")
        to_firefox.write(re.sub(rb"(?i)(host: 127\.0\.0\.1:)\d+", rb"\g<1>%d" % port, greeting))
        await asyncio.gather(_commands(reader, to_firefox), _bytes(from_firefox, writer))

    server = await asyncio.start_server(meet, "127.0.0.1", 0, limit=_MOST)
    listening: int = server.sockets[0].getsockname()[1]
    return listening


async def _bytes(reader: StreamReader, writer: StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()
    writer.close()


async def _commands(reader: StreamReader, writer: StreamWriter) -> None:
    """Pass on what a client sends, frame by frame (RFC 6455, 5.2)."""
    try:
        while True:
            head = await reader.readexactly(2)
            size = head[1] & 0x7F
            length = await reader.readexactly({126: 2, 127: 8}.get(size, 0))
            mask = await reader.readexactly(4)
            payload = await reader.readexactly(int.from_bytes(length) or size)
            said = _masked(payload, mask)
            if _UNKNOWN.encode() in said:
                instead = {"id": json.loads(said)["id"], "method": _HARMLESS, "params": {}}
                payload = _masked(json.dumps(instead).encode(), mask)
                head, length = bytes([head[0], 0x80 | len(payload)]), b""
            writer.write(head + length + mask + payload)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _masked(payload: bytes, mask: bytes) -> bytes:
    whole = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload) ^ int.from_bytes(whole)).to_bytes(len(payload))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
