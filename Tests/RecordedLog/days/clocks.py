"""A clock that leaps, and the beginning of the log abandoned."""

from conftest import provider
from fakes import openai
from fakes.openai import OpenAIProvider
from gateway import eventually

from .parts import HOME, HOUR


def clocks(town):
    """A clock that leaps and comes back, and one that leaps and is confirmed."""

    def judged(verdict):
        def check():
            found = town.tail("ClockJudged")
            return found and found[-1]["verdict"] == verdict

        eventually(check, f"the clock is not {verdict}")

    town.begin("2026-10-12T08:00", [HOME], log={"snapshotEvery": 1_000, "durability": "async"})
    town.chat("auto")
    town.pass_time(30 * 24 * HOUR)
    judged("doubted")
    town.chat("auto")
    town.pass_time(-30 * 24 * HOUR)
    judged("agreed")
    town.chat("auto")
    town.pass_time(30 * 24 * HOUR)
    judged("doubted")
    town.gateway.ask("log", "clock", "--confirm")
    judged("confirmed")
    town.chat("auto")
    town.end()


def retirement(town):
    """The first segments are abandoned, and what is decided behind them rests on the state that was carried on."""
    only = town.fake(OpenAIProvider)
    town.begin(
        "2026-11-13T08:00", [provider("only", only), HOME], budgets={"monthly": 1, "maxOutputTokens": 100},
        log={"snapshotEvery": 1_000, "retention": {"keepBytes": 1 << 20}},
    )  # fmt: skip
    eventually(lambda: town.tail("SegmentRetired"), "no segment is retired")
    only.will(openai.error(500, "no"))
    for name in ("auto", "home-small", "only:gpt-x"):
        town.chat(name)
    town.end()
