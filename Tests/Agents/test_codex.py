"""Codex, unmodified, over every family, by each kind of tool that it offers."""

import base64

import pytest

import jobs
from agents import mcp_server
from conftest import FAMILIES
from fakes import strict


def cell(what):
    return pytest.mark.cell("Codex", what)


over_all = pytest.mark.parametrize("family", list(FAMILIES))
over_all_and_chain = pytest.mark.parametrize("family", [*FAMILIES, "chain"])
SERVER = mcp_server()
MCP = f"[mcp_servers.sky]\ncommand = {SERVER[0]!r}\nargs = {SERVER[1:]!r}\n"


@pytest.fixture
def codex(bench, desk):
    """Gives it a job, which must end well."""
    bench.begin(jobs.codex(desk.project))

    def ask(job, *arguments, **options):
        prompt = f"[[{job}]] do as you are told"
        ran = desk.codex(bench.url, prompt, *arguments, **options)
        assert bench.fake.refused == []
        assert ran.code == 0, ran.output[-3000:]
        return ran

    return ask


@over_all_and_chain
@cell("shell")
def test_a_job_is_done(codex, bench, desk):
    ran = codex("job")
    assert ran.answer.startswith("JOB DONE"), ran.output[-3000:]
    assert (desk.project / "out.txt").read_text() == jobs.MARKER + "\n"
    bench.record("codex-first", bench.fake.requests[0], desk)
    bench.record("codex-tool-results", bench.fake.requests[-1], desk)
    for word in ["You are a coding agent", "Runs a command in a PTY", "environment_context"]:
        assert word in strict.sent(bench.fake.requests[0]), word
    assert jobs.MARKER in strict.sent(bench.fake.requests[-1])


@over_all
@cell("shell and patch (`custom` tool: gpt-5.5)")
def test_a_patch_is_applied(codex, bench, desk):
    ran = codex("job", model="gpt-5.5")
    assert ran.answer.startswith("JOB DONE"), ran.output[-3000:]
    bench.record("codex-patch", bench.fake.requests[-1], desk)
    assert (desk.project / "written.txt").read_text() == "zwei 😀\n"
    assert (desk.project / "out.txt").exists()


@over_all
@cell("code mode (`additional_tools`: gpt-6-sol)")
def test_code_is_run(codex, bench, desk):
    ran = codex("job", model="gpt-6-sol")
    assert ran.answer.startswith("JOB DONE"), ran.output[-3000:]
    bench.record("codex-code-mode", bench.fake.requests[-1], desk)
    assert (desk.project / "out.txt").read_text() == jobs.MARKER + "\n"


@over_all
@cell("a picture that it views")
def test_a_picture_is_viewed(codex, bench, desk):
    # Of a name that it doesn't know, Codex takes it that the model sees nothing.
    ran = codex("picture", model="gpt-5.5")
    assert ran.answer.startswith("JOB DONE"), ran.output[-3000:]
    bench.record("codex-picture", bench.fake.requests[-1], desk)
    pixels = base64.b64encode(jobs.picture()).decode()
    assert pixels[:60] in strict.sent(bench.fake.requests[-1])


@over_all
@cell("a subagent")
def test_a_subagent_works(codex, bench, desk):
    ran = codex("subagent")
    assert "INNER DONE" in ran.answer, ran.output[-3000:]
    inner = [r for r in bench.fake.requests if "[[subagent]]" not in strict.sent(r)]
    bench.record("codex-subagent", inner[0], desk)
    assert (desk.project / "out.txt").exists()


@over_all
@cell("a session that is resumed")
def test_a_session_goes_on(codex, bench, desk):
    codex("picture", model="gpt-5.5")
    ran = codex("job", "resume", "--last", model="gpt-5.5")
    assert ran.answer.startswith("JOB DONE"), ran.output[-3000:]
    bench.record("codex-resumed", bench.fake.requests[-1], desk)


@over_all
@cell("an MCP server's tool")
def test_a_tool_of_an_mcp_server_is_used(codex, bench, desk):
    assert jobs.MOON in codex("mcp", settings=MCP).answer
    bench.record("codex-mcp", bench.fake.requests[-1], desk)


@over_all
@cell("an MCP server's tool, found by a search (`tool_search`: gpt-5.5)")
def test_a_tool_is_searched(codex, bench, desk):
    assert jobs.MOON in codex("mcp", model="gpt-5.5", settings=MCP).answer
    bench.record("codex-found-tool", bench.fake.requests[-1], desk)


@over_all
@cell("as its built-in provider (one line)")
def test_the_built_in_provider_is_pointed_here(codex, bench, desk):
    ran = codex("job", model="gpt-5.5", provider="openai")
    bench.record("codex-built-in", bench.fake.requests[-1], desk)
    assert ran.answer.startswith("JOB DONE"), ran.output[-3000:]
