"""Many sockets in one thread, and what is due at a time."""

import heapq
import itertools
import select
import socket
import struct
import time

RESET = struct.pack("ii", 1, 0)
"""Of SO_LINGER: closing sends RST."""


class Loop:
    """Calls `ready(events)` of who owns a socket, and functions when they are due."""

    def __init__(self):
        self._poll = select.epoll()
        self._owners = {}
        self._due = []
        self._order = itertools.count()

    def watch(self, connection, owner, writing=False):
        number = connection.fileno()
        events = select.EPOLLIN | (select.EPOLLOUT if writing else 0)
        if number in self._owners:
            self._poll.modify(number, events)
        else:
            self._poll.register(number, events)
        self._owners[number] = owner

    def forget(self, connection):
        number = connection.fileno()
        if self._owners.pop(number, None) is not None:
            self._poll.unregister(number)

    def at(self, seconds, call):
        """Calls that much later; a call that is not wanted any more must know it by itself."""
        heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), call))

    def turn(self, longest=0.1):
        """Waits for something to do, and does it."""
        now = time.monotonic()
        wait = min(longest, max(0.0, self._due[0][0] - now)) if self._due else longest
        for number, events in self._poll.poll(wait, 256):
            owner = self._owners.get(number)
            if owner is not None:
                owner.ready(events)
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            heapq.heappop(self._due)[2]()


def close(loop, connection, reset=False):
    """Closes a socket, with a FIN or with a RST."""
    loop.forget(connection)
    try:
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.close()
    except OSError:
        pass  # Closed by the other side.
