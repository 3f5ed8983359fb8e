"""Turns a request to stop into the last answers: what a caller has sent already is served first.

uvicorn closes its listening sockets at once, and the kernel then resets every connection that it
has made and nobody has accepted yet, requests and all. While a worker scores a batch, those are
the requests of all other callers (docs/decisions/0052).
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from uvicorn.supervisors import ChangeReload, multiprocess

#: A request that was sent is read within this time of its connection's being accepted.
_READ_S = 0.2


class Server(uvicorn.Server):
    """A server that closes its door in the moment when nobody waits before it."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept who waits, close the door, and only then let uvicorn end the connections."""
        # Nothing is awaited between the last accept and the close: nobody can come in between
        waiting = [connection for door in sockets or [] for connection in _accept_all(door)]
        for server in self.servers:
            server.close()
        for door in sockets or []:
            door.close()
        loop = asyncio.get_running_loop()
        for connection in waiting:
            await loop.connect_accepted_socket(self._protocol, connection)
        # uvicorn ends connections without a request: those accepted last have yet to be read
        await asyncio.sleep(_READ_S)
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )


def _accept_all(door: socket.socket) -> Iterator[socket.socket]:
    while True:
        try:
            connection, _ = door.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        connection.setblocking(False)
        yield connection


class Worker(multiprocess.Process):
    """A worker process with such a server."""

    @property
    def server(self) -> uvicorn.Server:
        """The server, made in the worker's own process."""
        if self._server is None:
            self._server = Server(config=self.config)
        return self._server


class Workers(multiprocess.Multiprocess):
    """Workers and their supervisor, which holds the door open no longer than they do."""

    def terminate_all(self) -> None:
        """Let go of the sockets first: behind the supervisor's nobody would accept."""
        for door in self.sockets:
            door.close()
        super().terminate_all()


def run(config: uvicorn.Config) -> None:
    """Serve until told to stop, with as many workers as the configuration says."""
    doors = [open_door(config)]
    with contextlib.suppress(KeyboardInterrupt):
        _run(config, doors)


def open_door(config: uvicorn.Config) -> socket.socket:
    """The listening socket, whose connections send every part of an answer at once.

    asyncio sees to that only for sockets that name TCP as their protocol, which uvicorn's do not:
    the second part of each answer would wait 40 ms for the caller's acknowledgement of the first.
    """
    door = config.bind_socket()
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return door


def _run(config: uvicorn.Config, doors: list[socket.socket]) -> None:
    if config.should_reload:
        ChangeReload(config, uvicorn.Server(config).run, doors).run()
    elif config.workers > 1:
        # The supervisor has no other place to name its kind of worker; uvicorn is pinned
        multiprocess.Process = Worker  # type: ignore[misc]
        Workers(config, doors).run()
    else:
        Server(config).run(doors)
