"""The real logway binary as a process: started, asked, stopped, killed.

Standard library only, so that tools/crash-test can use it without a virtual environment.
"""

import datetime
import json
import os
import pathlib
import re
import subprocess
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 240.0
"""Seconds in which what must come comes. A limit for a server that hangs, never for a machine that is busy with
other things: waiting longer costs nothing where all is well."""
START_TIMEOUT = PATIENCE
SOON = 50.0
"""Seconds: less than the minute after which a provider is abandoned anyway."""


def binary():
    """The binary under test: $LOGWAY_BINARY, else the debug build."""
    path = os.environ.get("LOGWAY_BINARY") or str(REPOSITORY / ".build" / "debug" / "logway")
    if not os.access(path, os.X_OK):
        raise SystemExit(f"{path} is not there; run tools/test, or set LOGWAY_BINARY")
    return os.path.abspath(path)


BACKTRACE = "enable=yes,color=no,interactive=no,threads=crashed,images=none,registers=none,cache=no,timeout=120s"
"""What Swift's runtime does where the binary crashes: the stack goes to standard error."""


def environment(home):
    """An environment without anybody's keys or settings."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "SWIFT_BACKTRACE": BACKTRACE}


def eventually(check, what, timeout=PATIENCE, interval=0.05):
    """The first true value of `check`."""
    deadline = time.monotonic() + timeout
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"after {timeout} s: {what}")
        time.sleep(interval)


class Gateway:
    """A server with its own data directory, on a free port."""

    def __init__(self, folder, config, data=None, **variables):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = pathlib.Path(data) if data else self.folder / "data"
        self.config = self.folder / "logway.yaml"
        self.variables = variables
        self.configure(config)
        self.process = None
        self.url = None
        self.output = []
        self.begun = ""
        """When the test began that has this gateway now, as the log writes it."""

    def configure(self, config):
        """Writes the configuration; JSON is YAML."""
        text = config if isinstance(config, str) else json.dumps(config, indent=2)
        self.config.write_text(text)

    @property
    def environment(self):
        return {**environment(self.folder), **self.variables}

    def serve_command(self, port=0):
        return [
            binary(), "serve", "--data", str(self.data), "--config", str(self.config),
            "--port", str(port),
        ]  # fmt: skip

    # Life.

    def start(self):
        """Starts the server and waits until it listens."""
        with open(self.folder / "stderr.txt", "ab") as errors:
            self.process = subprocess.Popen(
                self.serve_command(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=self.environment,
                cwd=self.folder,
            )
        process = self.process
        listening = threading.Event()
        self.output = []
        self.url = None

        def read():
            for line in process.stdout:
                text = line.decode()
                self.output.append(text)
                found = re.search(r"listens on (http://\S+)", text)
                if found and self.url is None:
                    self.url = found[1]
                    listening.set()
            listening.set()

        threading.Thread(target=read, daemon=True).start()
        listening.wait(START_TIMEOUT)
        if self.url is None:
            self.kill()
            raise AssertionError(f"logway did not start: {self.errors()}")
        return self

    def errors(self):
        """What it wrote to standard error since the first start."""
        return (self.folder / "stderr.txt").read_text()

    def stop(self):
        """Stops it in good order and returns its exit code."""
        self.process.terminate()
        # A stop waits for nothing of the least priority without an end.
        return self.process.wait(60)

    def kill(self):
        """Kills it as a power cut would, but for the disk's cache."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def close(self):
        """Ends it, whatever it is doing."""
        if self.process and self.process.poll() is None:
            self.kill()

    # Questions, each through the command line.

    def run(self, *arguments, timeout=PATIENCE):
        """Runs a command on this data directory."""
        return subprocess.run(
            [binary(), *arguments, "--data", str(self.data)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=self.folder,
            timeout=timeout,
        )

    def command(self, *arguments, timeout=PATIENCE):
        """Runs a command that goes by this configuration and needs no log."""
        return subprocess.run(
            [binary(), *arguments, "--config", str(self.config)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=self.folder,
            timeout=timeout,
        )

    def ask(self, *arguments):
        """What a command prints; it must succeed."""
        result = self.run(*arguments)
        assert result.returncode == 0, f"logway {' '.join(arguments)}: {result.stderr}"
        return result.stdout

    def explain(self, id):
        """Everything that the log says of a request."""
        return json.loads(self.ask("explain", str(id), "--json"))

    def explain_page(self, id):
        """The page for people."""
        return self.ask("explain", str(id))

    def requests(self, *filters):
        """The requests, newest first."""
        lines = self.ask("requests", "--json", "--limit", "100000", *filters).splitlines()
        return [json.loads(line) for line in lines]

    def report(self, *arguments):
        return json.loads(self.ask("report", "--json", *arguments))

    def status(self, *arguments):
        """The providers' status, by name."""
        rows = json.loads(self.ask("providers", "status", "--json", *arguments))["providers"]
        return {row["name"]: row for row in rows}

    def events(self):
        """Every event of the log."""
        lines = self.ask("log", "tail", "--json", "--number", "100000000").splitlines()
        return [json.loads(line) for line in lines]

    def verify(self):
        return json.loads(self.ask("log", "verify", "--json"))

    def completed(self, id, timeout=PATIENCE):
        """The record of a request, as soon as its outcome is in the log."""

        def check():
            record = self.explain(id)
            return record if "completed" in record else None

        return eventually(check, f"request {id} has no outcome", timeout)

    def begin(self):
        """Another test has this gateway from now on."""
        self.begun = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def newest(self, timeout=PATIENCE):
        """The newest request's record, as soon as its outcome is in the log.

        A provider may be asked before the request is on the disk: one of an earlier test may be the newest there."""

        def check():
            records = self.requests()
            is_there = records and "completed" in records[0] and records[0]["received"]["time"] >= self.begun
            return records[0] if is_there else None

        return eventually(check, "the newest request has no outcome", timeout)
