"""Whether a soak was flat, gave everything back, and left a log that is whole."""

import json
import subprocess
import time

import gateway as black_box
from loop import close

MEMORY_MARGIN = 0.10
"""The share of its median by which memory may rise over the second half: the allocator's noise. A leak of 100 bytes
a request would be 10 MB in 100,000 requests, and an hour has a million."""
MEMORY_MARGIN_LEAST = 12 << 20
DESCRIPTOR_MARGIN = 24
"""Descriptors that the second half may rise by: what is open at once varies by that."""
THREAD_MARGIN = 2
SETTLE_SECONDS = 60.0
COMMAND_SECONDS = 3_600
"""For a command that reads an hour's log."""


def rise(rows, name):
    """By how much the line through the second half of the samples rises."""
    half = rows[len(rows) // 2 :]
    xs, ys = [row["second"] for row in half], [row[name] for row in half]
    middle, level = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - middle) ** 2 for x in xs) or 1.0
    slope = sum((x - middle) * (y - level) for x, y in zip(xs, ys)) / spread
    return slope * (xs[-1] - xs[0]), sorted(ys)[len(ys) // 2]


def judge_flatness(soak):
    figures = {}
    margins = {"descriptors": lambda m: DESCRIPTOR_MARGIN, "threads": lambda m: THREAD_MARGIN,
               "resident": lambda m: max(MEMORY_MARGIN_LEAST, MEMORY_MARGIN * m)}  # fmt: skip
    for name, margin in margins.items():
        by, median = rise(soak.rows, name)
        figures[name] = {"rise": round(by), "median": median, "most": max(row[name] for row in soak.rows),
                         "margin": round(margin(median))}  # fmt: skip
        if by > margin(median):
            soak.find(f"{name} rose by {by:.0f} in the second half, more than {margin(median):.0f}")
    return figures


def judge_rest(soak, upstream, before):
    """Everybody has left: nothing is held."""
    for connection in soak.idle:
        close(soak.loop, connection)
    soak.idle = []
    for connection in list(upstream.open):
        connection.end()
    deadline = time.monotonic() + SETTLE_SECONDS
    left = {}
    while time.monotonic() < deadline:
        soak.loop.turn()
        clients, others = soak.process.sockets(soak.port)
        left = {state: n for state, n in clients.items() if state not in ("listen", "time-wait")}
        if not left:
            break
    if left:
        soak.find(f"connections of clients are still held: {left}")
    count = soak.process.descriptors() - sum(others.values())
    if count > before + 12:
        soak.find(f"{count} descriptors beside those to providers, {before} at the start")
    budgets = json.loads(soak.gateway.ask("budget", "--json"))["budgets"]
    for budget in budgets:
        if budget.get("reserved_nanodollars"):
            soak.find(f"still reserved: {budget}")


def judge_log(soak):
    code = soak.gateway.stop()
    if code:
        soak.find(f"the server ended with {code}: {soak.gateway.errors()[-1000:]}")
    for command in (("log", "verify", "--json"), ("replay", "--check", "--json")):
        result = soak.gateway.run(*command, timeout=COMMAND_SECONDS)
        if result.returncode:
            soak.find(f"{command}: {result.stdout[-1500:]}{result.stderr[-500:]}")
    soak.compared = 0
    tail = subprocess.Popen(
        [black_box.binary(), "log", "tail", "--json", "--number", "1000000000", "--data",
            str(soak.gateway.data)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=soak.gateway.environment,
    )  # fmt: skip
    wrong = 0
    for line in tail.stdout:
        if b'"RequestCompleted"' not in line:
            continue
        event = json.loads(line)
        told = soak.told.pop(event["request"], None)
        if told is None:
            continue
        soak.compared += 1
        if told != event.get("cost_nanodollars"):
            wrong += 1
            if wrong < 10:
                soak.find(f"{event['request']}: told {told}, in the log {event.get('cost_nanodollars')}")
    if tail.wait():
        soak.find("log tail failed")
    if wrong or soak.told:
        soak.find(f"{wrong} costs differ, {len(soak.told)} requests with a cost have no outcome in the log")
