"""Daily budgets across midnight: no day's is passed by what was decided, however requests end.

Midnight comes by a clock that is set, while requests of every kind are under way.
"""

import collections
import concurrent.futures
import datetime
import random
import threading
import time

from clock import DAY
from conftest import provider
from fakes.openai import completion, error, pieces, stream
from fakes.server import Hold, Pause, Reply
from gateway import Gateway, eventually
from test_overruns import budget, endless, send
from test_replay import check

LIMIT = 0.05
NANO = round(LIMIT * 1e9)
AT_ONCE = 300


def held(only, gate, draws):
    """Answers of every kind that end once the gate is open, none billed for more than was reserved."""

    def reply(request):
        limit = request.json.get("max_tokens", 50)
        kind = draws.random()
        if kind < 0.1:
            return error(500, "no")
        if not request.json.get("stream"):
            whole = completion("x" * 20, usage=(10, min(limit, 5)))
            length = {"content-length": str(len(whole.steps[0]))}
            return Reply([Hold(gate), *whole.steps], 200, whole.headers | length)
        if kind < 0.3:
            overrun = endless(Pause(0), count=20, size=700)
            return stream([Hold(gate), *overrun.steps])
        first, *rest = pieces(["x" * 40] * 4, usage=(10, min(limit, 40)))
        # Content on both sides of midnight, and content on one side only.
        begun = [first, rest[0]] if kind < 0.7 else []
        left = rest[1:] if begun else [first, *rest]
        return stream([*begun, Hold(gate), *(step for piece in left for step in (Pause(0.01), piece))])

    only.always(reply)


def patience(number):
    """Some do not wait for their answer."""
    return 0.5 if number % 11 == 0 else 60


def day_of(event):
    moment = datetime.datetime.fromisoformat(event["time"])
    return moment.astimezone(datetime.timezone.utc).date()


class Books:
    """What is spent and reserved, event by event, as the log says it."""

    def __init__(self, events):
        self.spent = {}
        self.most = {}
        self.carried = 0
        """Attempts that began on one day and were settled on another."""
        running = {}
        for event in events:
            place = (event.get("request"), event.get("number"))
            day = day_of(event)
            if event["type"] == "AttemptStarted":
                running[place] = (day, event["reserved_cost_nanodollars"])
            elif event["type"] == "ReservationExtended":
                running[place] = (running[place][0], event["reserved_cost_nanodollars"])
            elif event["type"] == "AttemptFinished":
                begun, reserved = running.pop(place)
                cost = event.get("cost_nanodollars", reserved)
                assert cost <= reserved, "more was settled than was reserved"
                self.spent[day] = self.spent.get(day, 0) + cost
                self.carried += begun != day
            else:
                continue
            # What runs counts in the day that it is looked at in, so midnight frees nothing of it.
            taken = self.spent.get(day, 0) + sum(reserved for _, reserved in running.values())
            self.most[day] = max(self.most.get(day, 0), taken)
        self.open = running


def test_no_day_is_passed_by_what_runs_across_midnight(fake, tmp_path, clock):
    midnight = (int(time.time()) // DAY + 1) * DAY
    clock.show(midnight - 600)
    only = fake(models=["gpt-x"])
    config = {"providers": [provider("only", only)], "budgets": {"daily": LIMIT},
              "routing": {"retry": {"times": 0}}}  # fmt: skip
    server = Gateway(tmp_path / "gateway", config, **clock.variables)
    try:
        server.start()
        gate, draws = threading.Event(), random.Random(13)
        held(only, gate, draws)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            before = [pool.submit(send, server, number, patience(number)) for number in range(AT_ONCE)]
            # As many run as the budget has room for, and the rest is refused.
            eventually(lambda: any(f.done() and f.result() == "refused" for f in before), "none refused")
            assert budget(server)["reserved_nanodollars"] > 0
            clock.show(midnight + 5)
            after = [pool.submit(send, server, number, patience(number)) for number in range(AT_ONCE)]
            eventually(lambda: any(f.done() and f.result() == "refused" for f in after), "none refused")
            gate.set()
            ends = [collections.Counter(f.result() for f in half) for half in (before, after)]
            ends.append(collections.Counter(pool.map(lambda n: send(server, n, patience(n)), range(AT_ONCE))))
        assert ends[0]["refused"] and ends[1]["refused"], ends
        assert all(sum(ends, collections.Counter())[end] for end in ("read", "left")), ends
        eventually(lambda: budget(server)["reserved_nanodollars"] == 0, "something stays reserved")
        books = Books(server.events())
        assert books.open == {} and books.carried > 0
        first, second = sorted(books.most)
        assert (second - first).days == 1
        assert books.most[first] <= NANO and books.most[second] <= NANO
        # A cost falls in the day in which its attempt ended, as in the report.
        assert budget(server)["spent_nanodollars"] == books.spent[second] > 0
        assert server.stop() == 0
        assert server.verify()["whole"] is True
        check(server)
    finally:
        server.close()
