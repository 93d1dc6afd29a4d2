"""What clients and providers could make longer than a record of the log may be."""

import asyncio
import datetime
import json

import httpx
import pytest

from clock import DAY, Clock
from conftest import ask, openai_client, provider
from fakes.server import Reply
from gateway import PATIENCE, Gateway, eventually
from test_exit_codes import SIMULATED

LABELS = 16
REQUESTS = 3_400
"""Requests with that many labels of 64 bytes have 54,400, which no record holds."""


@pytest.mark.parametrize("long", ["many", "one"])
def test_a_list_of_models_that_no_record_holds_is_cut_and_its_probe_recorded(fake, gateway, long):
    upstream = fake()
    names = [f"model-{number:07}" for number in range(200_000)] if long == "many" else ["z" * 5_000_000]
    listed = [{"id": name, "object": "model"} for name in ["gpt-x", *names]]
    upstream.models_reply = Reply([json.dumps({"object": "list", "data": listed}).encode()])
    # A probe's usual five seconds may be too few for megabytes on a busy machine.
    made = gateway([provider("first", upstream, healthCheck={"timeoutMs": 120_000})])
    events = eventually(lambda: [e for e in made.events() if e["type"] == "ModelsListed"], "no list")
    models = events[0]["models"]
    assert "gpt-x" in models and len(json.dumps(models)) < 2 << 20
    assert len(models) > 10_000 if long == "many" else models == ["gpt-x"]
    probes = [e for e in made.events() if e["type"] == "HealthProbed"]
    assert probes and "failure" not in probes[0]
    assert "lists more than is kept" in made.errors()
    assert ask(openai_client(made)).headers["x-logway-provider"] == "first"


def test_a_model_s_name_that_no_record_holds_is_refused(gateway):
    made = gateway([SIMULATED])
    body = {"model": "m" * 5_000_000, "messages": [{"role": "user", "content": "hi"}]}
    answer = httpx.post(made.url + "/v1/chat/completions", json=body, timeout=PATIENCE)
    assert answer.status_code == 400, answer.text
    assert made.newest()["completed"]["outcome"] == "refused"


def test_a_month_with_more_labels_than_a_record_holds_is_closed(tmp_path):
    clock = Clock(tmp_path)
    made = Gateway(tmp_path / "gateway", {"providers": [SIMULATED]}, **clock.variables)
    try:
        today = datetime.datetime.now(datetime.timezone.utc)
        made.start()
        asyncio.run(labelled(made))
        before = made.report()
        assert len(before["by_tag"]) == LABELS * REQUESTS
        month = before["month"]
        assert made.stop() == 0
        # Into the next month: no further than a start believes.
        clock.set((32 - today.day) * DAY)
        made.start()
        closed = eventually(
            lambda: [e for e in made.events() if e["type"] == "MonthClosed"], "it is not closed", 120
        )
        assert f"{closed[0]['year']}-{closed[0]['month']:02}" == month
        assert [e["type"] for e in made.events()].count("MonthPart") == closed[0]["parts"] > 1
        assert made.report("--month", month) == before
        assert "retention failed" not in made.errors()
        assert made.stop() == 0
        # From the log alone, too.
        (made.data / "read.db").unlink()
        assert made.report("--month", month) == before
        assert made.verify()["whole"] is True
    finally:
        made.close()
        clock.close()


async def labelled(gateway):
    """Sends the requests, eight at a time."""
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}

    async def send(client, numbers):
        for number in numbers:
            labels = ",".join(f"{number:032}{label:032}" for label in range(LABELS))
            answer = await client.post(
                "/v1/chat/completions", json=body, headers={"x-logway-tags": labels}
            )
            assert answer.status_code == 200, answer.text

    async with httpx.AsyncClient(base_url=gateway.url, timeout=120) as client:
        await asyncio.gather(*(send(client, range(start, REQUESTS, 8)) for start in range(8)))
