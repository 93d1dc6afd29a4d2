"""Gateways in front of scripted models, and the table of what the agents could do."""

import collections
import pathlib
import shutil

import pytest

import jobs
import recordings
from agents import Desk
from fakes import anthropic
from fakes.scripted import scripted
from gateway import Gateway

FAMILIES = {
    "anthropic": ("claude", "claude-opus-5-5"),
    "responses": ("openai", "gpt-5.5"),
    "openai": ("groq", "openai/gpt-oss-120b"),
    "ollama": ("ollama", "qwen3-coder:30b"),
    "gemini": ("google", "gemini-3-pro"),
}
"""The provider's type, and the model that stands for the family."""
HEADS = {
    "anthropic": "Anthropic",
    "responses": "OpenAI (Responses)",
    "openai": "OpenAI's chat",
    "ollama": "Ollama",
    "gemini": "Gemini",
    "chain": "a chain whose first provider is overloaded",
}
CODEX_MODELS = ["gpt-5.5", "gpt-6-sol"]
"""Names that make Codex offer other kinds of tools; every family is asked by them too."""
BASES = {"responses": "/v1", "openai": "/v1", "gemini": "/v1beta"}


def pytest_addoption(parser):
    parser.addoption("--record", action="store_true", help="renew the recorded requests")
    parser.addoption("--markdown", action="store_true", help="write the table into the docs")


class Bench:
    """A gateway in front of one scripted model, or a chain of two."""

    def __init__(self, folder, family, recording=False, **config):
        self.recording = recording
        self.scripts = {}
        self.family = family
        self.fakes = []
        if family == "chain":
            providers = [self.provider("anthropic"), self.provider("openai")]
            overloaded = anthropic.error(529, "overloaded_error", "Overloaded")
            self.fakes[0].always(overloaded)
            chain = ["anthropic", "openai"]
        else:
            providers = [self.provider(family)]
            chain = [family]
        config = {"providers": providers, "fallback_chains": {"production": chain}, **config}
        self.gateway = Gateway(folder, config).start()
        # What is recorded is what an agent sends, so the gateway isn't asked then.
        self.url = self.fake.url if recording else self.gateway.url

    def provider(self, family):
        type, model = FAMILIES[family]
        self.fakes.append(scripted(family, self.scripts, [model, *CODEX_MODELS]))
        entry = {"type": type, "name": family, "defaultModel": model}
        entry["baseUrl"] = self.fakes[-1].url + BASES.get(family, "")
        return entry if type == "ollama" else entry | {"apiKey": f"sk-secret-of-{family}"}

    @property
    def fake(self):
        """The model that answers."""
        return self.fakes[-1]

    def begin(self, scripts):
        """Sets what the models do next, and forgets what they were asked before."""
        self.scripts.clear()
        self.scripts.update(scripts)
        for fake in self.fakes:
            fake.requests.clear()
            fake.refused.clear()

    @property
    def model(self):
        """What a client with nothing configured but the address asks for."""
        return FAMILIES["anthropic"][1] if self.family == "anthropic" else "auto"

    def record(self, name, request, desk):
        """Keeps one of the requests for the fast suite, if that is wanted."""
        if self.recording:
            recordings.record(name, request, desk.project)

    def close(self):
        self.gateway.close()
        for fake in self.fakes:
            fake.close()
        shutil.rmtree(self.gateway.data, ignore_errors=True)


@pytest.fixture(scope="session")
def benches(tmp_path_factory, pytestconfig):
    made = {}
    recording = pytestconfig.getoption("--record")

    def bench(family):
        if family not in made:
            made[family] = Bench(tmp_path_factory.mktemp(family), family, recording)
        return made[family]

    yield bench
    for one in made.values():
        one.close()


@pytest.fixture
def bench(benches, family):
    return benches(family)


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "desk")
    (made.project / "square.png").write_bytes(jobs.picture())
    return made


# What the tests found, as a table.

ROWS = collections.OrderedDict()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    marker = item.get_closest_marker("cell")
    if marker and (report.when == "call" or report.failed):
        agent, what = marker.args
        family = item.callspec.params["family"] if hasattr(item, "callspec") else "anthropic"
        ROWS.setdefault((agent, what), {})[family] = report.outcome == "passed"
    return report


def table():
    """The table as Markdown: yes, **no**, or nothing where that isn't asked."""
    heads = [f for f in HEADS if any(f in row for row in ROWS.values())]
    lines = ["| agent | what | " + " | ".join(HEADS[f] for f in heads) + " |"]
    lines.append("|---|---|" + "---|" * len(heads))
    for (agent, what), row in ROWS.items():
        words = [{True: "yes", False: "**no**", None: "–"}[row.get(f)] for f in heads]
        lines.append(f"| {agent} | {what} | " + " | ".join(words) + " |")
    return "\n".join(lines)


BEGIN, END = "<!-- agents: written by tools/test-agents --markdown -->", "<!-- agents: end -->"
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "compatibility.md"


def pytest_collection_modifyitems(config, items):
    """Recorded is each agent at its maker's own API."""
    if config.getoption("--record"):
        native = {"test_claude_code": "anthropic", "test_codex": "responses"}
        items[:] = [
            item
            for item in items
            if hasattr(item, "callspec")
            and native.get(item.module.__name__) == item.callspec.params.get("family")
        ]


def pytest_configure(config):
    config.addinivalue_line("markers", "cell(agent, what): a row of the table")


def pytest_sessionfinish(session, exitstatus):
    if not ROWS:
        return
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    written, _, after = rest.partition(END)
    options = session.config.option
    whole = not (options.keyword or options.record or options.maxfail) and session.testscollected > 70
    if session.config.getoption("--markdown"):
        PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}")
    elif whole and written.strip() != table():
        print(f"\n{PAGE.name} has another table: tools/test-agents --markdown writes this one")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    if ROWS:
        terminalreporter.section("agents")
        terminalreporter.write_line(table())
