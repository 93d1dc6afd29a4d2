"""The gateway that the log is recorded of: the real binary, by a clock that is set, in front of fakes."""

import contextlib
import datetime
import pathlib
import socket
import subprocess
import sys
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "BlackBox"))

import httpx  # noqa: E402
from clock import Clock  # noqa: E402
from fakes.server import Hold, stream  # noqa: E402
from gateway import PATIENCE, Gateway, eventually  # noqa: E402


def timers(folder):
    """Makes the library that keeps timers as they are beside a clock that is set."""
    source = pathlib.Path(__file__).with_name("timers.c")
    library = pathlib.Path(folder) / "timers.so"
    subprocess.run(["clang", "-shared", "-fPIC", "-O", "-o", library, source], check=True)
    return library


class Town:
    """A gateway, the clock that it goes by, and the fakes that it has been given."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.clock = Clock(self.folder)
        preloaded = f"{timers(self.folder)} {self.clock.variables['LD_PRELOAD']}"
        self.gateway = Gateway(self.folder / "gateway", {}, **self.clock.variables | {"LD_PRELOAD": preloaded})
        self.fakes = []
        self.http = None

    def fake(self, kind, *arguments, **options):
        """A fake provider that ends with the town."""
        self.fakes.append(kind(*arguments, **options))
        return self.fakes[-1]

    @property
    def data(self):
        return self.gateway.data

    # Days.

    def begin(self, date, providers, **config):
        """Starts the gateway at a date (`2026-08-28T09:00`), with a configuration."""
        moment = datetime.datetime.fromisoformat(date).replace(tzinfo=datetime.UTC)
        self.clock.show(moment.timestamp())
        self.start(providers, **config)

    def start(self, providers, **config):
        config.setdefault("log", {"snapshotEvery": 1_000})
        self.gateway.configure({"providers": providers, **config})
        self.gateway.start()
        self.http = httpx.Client(base_url=self.gateway.url, timeout=PATIENCE)

    def end(self):
        """Stops the gateway in good order."""
        self.settle()
        # Its last record is then a frame of its own.
        time.sleep(0.5)
        self.http.close()
        code = self.gateway.stop()
        assert code == 0, self.gateway.errors()

    def crash(self):
        self.http.close()
        self.gateway.kill()

    def pass_time(self, seconds):
        """Sets the clock ahead."""
        self.clock.set(self.clock.ahead + seconds)

    def settle(self):
        """Waits until every request has its outcome."""

        def open_requests():
            return [record["request"] for record in self.gateway.requests() if "completed" not in record]

        eventually(lambda: not open_requests(), "requests go on")

    def close(self):
        self.gateway.close()
        for fake in self.fakes:
            fake.close()
        self.clock.close()

    # Requests.

    def post(self, path, body=None, headers=None, **options):
        """A request whose answer is read whole, however it ends."""
        if body is not None:
            options["json"] = body
        with self.http.stream("POST", path, headers=headers or {}, **options) as answer:
            with contextlib.suppress(httpx.HTTPError):
                answer.read()
            return answer

    def chat(self, model="auto", text="What is 2+2?", headers=None, **options):
        """A chat in OpenAI's way."""
        body = {"model": model, "messages": [{"role": "user", "content": text}], **options}
        return self.post("/v1/chat/completions", body, headers)

    def beside(self, *calls):
        """Runs calls at once; returns what begins and what waits for them."""
        threads = [threading.Thread(target=call, daemon=True) for call in calls]
        for thread in threads:
            thread.start()
        return threads

    def together(self, *calls):
        for thread in self.beside(*calls):
            thread.join(PATIENCE)

    def tail(self, *types):
        """The events of some types."""
        return [event for event in self.gateway.events() if event["type"] in types]

    def explained(self, answer):
        return self.gateway.completed(answer.headers["x-logway-request-id"])


class Deaf:
    """An address that takes no connection and refuses none: what waits to be accepted there is full."""

    def __init__(self):
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self._waiting = [socket.socket() for _ in range(4)]
        for each in self._waiting:
            each.setblocking(False)
            each.connect_ex(self._listener.getsockname())

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self._listener.getsockname()[1]

    def close(self):
        for each in (self._listener, *self._waiting):
            each.close()


def silent(pieces, gate=None):
    """A stream whose first content does not come before the gate is opened."""
    first, *rest = pieces
    return stream([first, Hold(gate or threading.Event()), *rest])
