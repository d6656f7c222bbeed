"""A TCP proxy in front of one broker, with the faults of a bad network: delay, and connections that break
with data in flight. Order is kept, as TCP keeps it. The standard library only."""

import asyncio
import contextlib
import random
import struct
import socket

from loop_thread import LoopThread


class BrokerProxies(LoopThread):
    """Proxies for every broker of a cluster, on a separate thread. A context manager."""

    def __init__(self, cluster):
        super().__init__()
        self._routes = [(broker.proxy_port, broker.behind_proxy_port) for broker in cluster.brokers]
        self._servers = []
        self._links = set()
        self._random = random.Random(1)
        self.delay = (0.0, 0.0)  # seconds, minimum and maximum, for each piece of data in each direction
        self.carried = 0  # pieces
        self.broken = 0  # connections

    async def _begin(self):
        for port, target in self._routes:
            async def accept(reader, writer, target=target):
                await self._link(reader, writer, target)

            self._servers.append(await asyncio.start_server(accept, "127.0.0.1", port))

    async def _end(self):
        for server in self._servers:
            server.close()
        await self._break_all()

    def break_connections(self):
        """Resets every connection on both sides: data in flight is lost in both directions."""
        self._call(self._break_all())

    async def _break_all(self):
        for writer in list(self._links):
            with contextlib.suppress(OSError):
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            self.broken += 1

    async def _link(self, reader, writer, target):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        except OSError:  # the broker is down, so the proxy behaves as if it were
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._links |= ends
        try:
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))
        finally:
            self._links -= ends
            for end in ends:
                end.transport.abort()

    async def _carry(self, reader, writer):
        """Copies until either side ends. Each piece is forwarded `delay` after its arrival, and after earlier
        pieces."""
        queue = asyncio.Queue()
        loop = asyncio.get_running_loop()

        async def deliver():
            while (item := await queue.get()) is not None:
                due, data = item
                await asyncio.sleep(max(0, due - loop.time()))
                writer.write(data)
                self.carried += 1

        delivery = asyncio.create_task(deliver())
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                queue.put_nowait((loop.time() + self._random.uniform(*self.delay), data))
        queue.put_nowait(None)
        await delivery
        writer.transport.abort()
