"""A gateway in front of a strict scripted model of each family, and the table at the end."""

import collections
import shutil

import pytest

from fakes.scripted import scripted
from gateway import Gateway
from scenarios import SCRIPTS

FAMILIES = {
    "openai": ("groq", "scripted-openai"),
    "anthropic": ("claude", "scripted-claude"),
    "ollama": ("ollama", "scripted-ollama"),
    "gemini": ("google", "gemini-scripted"),
}
ROWS = collections.OrderedDict()


class House:
    """The gateway and its models."""

    def __init__(self, folder):
        self.fakes, providers = {}, []
        for family, (type, model) in FAMILIES.items():
            fake = scripted(family, SCRIPTS, [model])
            entry = {"type": type, "name": family, "baseUrl": fake.url, "defaultModel": model}
            providers.append(entry if type == "ollama" else entry | {"apiKey": f"sk-of-{family}"})
            self.fakes[family] = fake
        self.gateway = Gateway(folder, {"providers": providers}).start()
        self.url = self.gateway.url

    def close(self):
        self.gateway.close()
        for fake in self.fakes.values():
            fake.close()
        shutil.rmtree(self.gateway.data, ignore_errors=True)


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    params = item.callspec.params if hasattr(item, "callspec") else {}
    if "scenario" in params and (report.when == "call" or report.failed):
        scenario, family = params["scenario"], params["family"]
        row = ROWS.setdefault(scenario.framework, {})
        row.setdefault(family, {})[scenario.what] = report.outcome == "passed"
    return report


def cell(found):
    """What works, and what doesn't in bold."""
    return ", ".join(what if right else f"**not {what}**" for what, right in found.items())


def pytest_terminal_summary(terminalreporter):
    if not ROWS:
        return
    terminalreporter.section("frameworks")
    terminalreporter.write_line("| framework | " + " | ".join(FAMILIES) + " |")
    terminalreporter.write_line("|---|" + "---|" * len(FAMILIES))
    for framework, row in ROWS.items():
        cells = [cell(row.get(family, {})) or "–" for family in FAMILIES]
        terminalreporter.write_line(f"| {framework} | " + " | ".join(cells) + " |")
