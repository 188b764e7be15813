"""One terminal session over SSH: carries bytes between the channel and the dialogue."""

import asyncio
from collections.abc import Callable
from typing import Any

from infra_audit.testing.device import Behaviour, EmulatedDevice, Kind
from infra_audit.testing.dialogue import Dialogue, Reply, Then

_PIECE_BYTES = 700
_PAUSE_SECONDS = 0.03


class Session:
    """Serves one terminal, or one `exec` request of a server."""

    def __init__(self, device: EmulatedDevice, opened: tuple[int, Callable[[Kind, str], None]], process: Any) -> None:
        number, self._record = opened
        self._device = device
        self._process = process
        drops = device.behaviour is Behaviour.CUTS_OUTPUT or (device.behaviour is Behaviour.DROPS_ONCE and number == 1)
        self._dialogue = Dialogue(device, self._record, drops=drops)

    async def run(self) -> None:
        """Serve until the client leaves or the dialogue ends."""
        import asyncssh

        try:
            if self._process.command is not None:
                await self._exec()
            else:
                await self._terminal()
        except (asyncssh.Error, asyncssh.BreakReceived, asyncssh.SignalReceived, OSError):
            self._process.close()

    async def _exec(self) -> None:
        output = self._device.exec_output
        self._record(Kind.SHOW if output is not None else Kind.REFUSED, self._process.command)
        if output is not None:
            await self._write(output.encode("utf-8"))
        self._process.exit(0 if output is not None else 127)

    async def _terminal(self) -> None:
        import asyncssh

        if not await self._say(self._dialogue.greet()):
            return
        while True:
            try:
                data = await self._process.stdin.read(4096)
            except asyncssh.TerminalSizeChanged:
                continue
            if not data:
                self._process.exit(0)
                return
            for reply in self._dialogue.feed(data.decode("utf-8", "replace")):
                if not await self._say(reply):
                    return

    async def _say(self, reply: Reply) -> bool:
        """Send a reply; return whether the session goes on."""
        await self._write(reply.text.replace("\n", "\r\n").encode(self._device.encoding, "replace"))
        if reply.then is Then.HANG:
            while await self._process.stdin.read(4096):
                pass
        if reply.then is not Then.READ:
            self._process.exit(0)
            self._process.channel.get_connection().close()
        return reply.then is Then.READ

    async def _write(self, data: bytes) -> None:
        slow = self._device.behaviour is Behaviour.SLOW
        size = _PIECE_BYTES if slow else max(len(data), 1)
        for start in range(0, len(data), size):
            self._process.stdout.write(data[start : start + size])
            await self._process.stdout.drain()
            if slow:
                await asyncio.sleep(_PAUSE_SECONDS)
