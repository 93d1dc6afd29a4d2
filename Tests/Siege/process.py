"""What a process holds: memory, descriptors, threads, sockets. Read from /proc."""

import os
import re

PAGE = os.sysconf("SC_PAGESIZE")
STATES = {
    "01": "established", "02": "syn-sent", "03": "syn-received", "04": "fin-wait-1", "05": "fin-wait-2",
    "06": "time-wait", "07": "close", "08": "close-wait", "09": "last-ack", "0A": "listen", "0B": "closing",
}  # fmt: skip


class Process:
    """A running process, looked at from outside."""

    def __init__(self, pid):
        self.pid = pid
        self._statm = os.open(f"/proc/{pid}/statm", os.O_RDONLY)

    def close(self):
        os.close(self._statm)

    def memory(self):
        """Resident bytes."""
        return int(os.pread(self._statm, 128, 0).split()[1]) * PAGE

    def peak(self):
        """The most resident bytes since the last `forget_peak`."""
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) << 10

    def forget_peak(self):
        try:
            with open(f"/proc/{self.pid}/clear_refs", "w") as file:
                file.write("5")
        except OSError:
            pass  # The peak is of the whole run then.

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def processor_seconds(self):
        """What it has used; 0 once it is gone."""
        try:
            stat = open(f"/proc/{self.pid}/stat")
        except OSError:
            return 0.0
        with stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def sockets(self, port):
        """How many sockets it has in each state: those of its clients, by its port, and all others."""
        inodes = set()
        for name in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                target = os.readlink(f"/proc/{self.pid}/fd/{name}")
            except OSError:
                continue  # Closed meanwhile.
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
        clients, others = {}, {}
        with open(f"/proc/{self.pid}/net/tcp") as table:
            next(table)
            for line in table:
                fields = line.split()
                if fields[9] in inodes:
                    side = clients if int(fields[1].rpartition(":")[2], 16) == port else others
                    state = STATES.get(fields[3], fields[3])
                    side[state] = side.get(state, 0) + 1
        return clients, others
