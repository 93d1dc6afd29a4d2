"""A wall clock that the processes of a test are shown, set at will (libfaketime)."""

import os
import pathlib
import shutil
import subprocess
import time

from gateway import PATIENCE, eventually

LIBRARY = "faketime/libfaketimeMT.so.1"
DAY = 86_400


def library():
    """Where Debian and Ubuntu put it."""
    found = [path for path in pathlib.Path("/usr/lib").glob(f"*/{LIBRARY}")]
    assert found, f"{LIBRARY} is not installed: apt-get install faketime"
    return str(found[0])


class Clock:
    """What `Gateway(…, **clock.variables)` runs by; the clock that nobody can set stays as it is."""

    def __init__(self, folder):
        self.file = pathlib.Path(folder) / "clock"
        self.set(0)
        assert shutil.which("faketime"), "faketime is not installed: apt-get install faketime"
        # The library makes what its processes share and puts its name into the environment, where
        # Swift then finds no arguments any more; so the command makes it, for as long as it runs.
        self.holder = subprocess.Popen(["faketime", "-f", "+0", "sleep", "86400"])
        self.sleeper = eventually(self._sleeper, "faketime runs nothing")
        shared = dict(
            entry.split("=", 1)
            for entry in pathlib.Path(f"/proc/{self.sleeper}/environ").read_text().split("\0")
            if "=" in entry
        )["FAKETIME_SHARED"]
        self.variables = {
            "LD_PRELOAD": library(),
            "FAKETIME_SHARED": shared,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def _sleeper(self):
        pid = self.holder.pid
        for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            command = pathlib.Path(f"/proc/{child}/cmdline").read_bytes()
            if command.startswith(b"sleep"):
                return int(child)
        return None

    def set(self, seconds):
        """Shows a time so many seconds ahead of the real one, from now on."""
        self.ahead = seconds
        new = self.file.with_suffix(".new")
        new.write_text(f"{'+' if seconds >= 0 else ''}{int(seconds)}\n")
        new.replace(self.file)

    def show(self, date):
        """Shows a date (seconds since 1970), from now on."""
        self.set(date - time.time())

    @property
    def now(self):
        return time.time() + self.ahead

    def close(self):
        for pid in (self.sleeper, self.holder.pid):
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                pass
        self.holder.wait(PATIENCE)
