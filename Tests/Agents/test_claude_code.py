"""Claude Code, unmodified, over every family: its own tools, pictures, subagents, sessions."""

import base64
import json

import pytest

import jobs
from agents import mcp_server
from fakes import strict

OVER = ["anthropic", "openai", "ollama", "gemini"]


def cell(what):
    return pytest.mark.cell("Claude Code", what)


over_all = pytest.mark.parametrize("family", OVER)
over_all_and_chain = pytest.mark.parametrize("family", [*OVER, "chain"])


@pytest.fixture
def claude(bench, desk):
    """Gives it a job, which must end well."""
    bench.begin(jobs.claude(desk.project))

    def ask(job, *arguments):
        prompt = job if job.startswith("/") else f"[[{job}]] do as you are told"
        model = None if bench.family in ("anthropic", "chain") else bench.model
        if bench.family == "chain":
            model = "auto"
        ran = desk.claude(bench.url, prompt, *arguments, model=model)
        assert bench.fake.refused == []
        assert ran.code == 0, ran.output[-3000:]
        return ran

    return ask


@over_all_and_chain
@cell("shell, write, read")
def test_a_job_is_done(claude, bench, desk):
    ran = claude("job")
    assert ran.answer.startswith("JOB DONE")
    assert (desk.project / "out.txt").read_text() == jobs.MARKER + "\n"
    assert (desk.project / "written.txt").read_text() == 'líne "one" \\\nzwei 😀\n'
    first, last = bench.fake.requests[0], bench.fake.requests[-1]
    bench.record("claude-code-first", first, desk)
    bench.record("claude-code-tool-results", last, desk)
    # The system prompt, the tools and the environment (a late system turn) arrive.
    for word in ["You are an agent", "Executes a bash command", "Primary working directory"]:
        assert word in strict.sent(first), word
    assert "zwei 😀" in strict.sent(last)


@over_all
@cell("two tools at once")
def test_two_tools_at_once(claude, bench, desk):
    assert claude("two").answer.startswith("JOB DONE")
    bench.record("claude-code-two-results", bench.fake.requests[-1], desk)
    assert len(bench.fake.requests) == 2


@over_all
@cell("a picture that it reads")
def test_a_picture_is_read(claude, bench, desk):
    assert claude("picture").answer.startswith("JOB DONE")
    bench.record("claude-code-picture", bench.fake.requests[-1], desk)
    pixels = base64.b64encode(jobs.picture()).decode()
    assert pixels in strict.sent(bench.fake.requests[-1])


@over_all
@cell("a subagent")
def test_a_subagent_works(claude, bench, desk):
    ran = claude("subagent")
    assert "INNER DONE" in ran.answer, ran.output[-3000:]
    inner = [r for r in bench.fake.requests if "[[subagent]]" not in strict.sent(r)]
    bench.record("claude-code-subagent", inner[0], desk)
    assert (desk.project / "out.txt").exists()


@over_all
@cell("a session that is resumed")
def test_a_session_goes_on(claude, bench):
    session = claude("two").session
    assert claude("job", "--resume", session).answer.startswith("JOB DONE")
    assert "echo one" in strict.sent(bench.fake.requests[-1])


@over_all
@cell("compacting, and going on")
def test_a_session_is_compacted(claude, bench, desk):
    session = claude("long").session
    claude("/compact", "--resume", session)
    bench.record("claude-code-compaction", bench.fake.requests[-1], desk)
    assert claude("job", "--resume", session).answer.startswith("JOB DONE")
    bench.record("claude-code-after-compaction", bench.fake.requests[-1], desk)
    assert "A marker was written." in strict.sent(bench.fake.requests[-1])


@over_all
@cell("an MCP server's tool, found by a search")
def test_a_tool_of_an_mcp_server_is_used(claude, bench, desk, tmp_path):
    command, *arguments = mcp_server()
    servers = {"mcpServers": {"sky": {"command": command, "args": arguments}}}
    (tmp_path / "mcp.json").write_text(json.dumps(servers))
    ran = claude("mcp", "--mcp-config", str(tmp_path / "mcp.json"))
    assert jobs.MOON in ran.answer, ran.output[-3000:]
    bench.record("claude-code-found-tool", bench.fake.requests[-1], desk)


@over_all
@cell("a schema for the answer (`--json-schema`)")
def test_an_answer_has_a_schema(claude, bench, desk):
    schema = {
        "type": "object",
        "properties": {"moon": {"type": "string"}},
        "required": ["moon"],
        "additionalProperties": False,
    }
    ran = claude("schema", "--json-schema", json.dumps(schema))
    bench.record("claude-code-schema", bench.fake.requests[0], desk)
    results = [line for line in ran.lines if line.get("type") == "result"]
    assert results[-1]["structured_output"] == {"moon": "waning"}, ran.output[-3000:]


@over_all
@cell("`/context`, which counts tokens")
def test_its_tokens_are_counted(claude, bench, desk):
    ran = claude("/context")
    assert "Context Usage" in ran.answer
    # Those that aren't Anthropic's are estimated, unasked.
    if bench.family == "anthropic":
        counts = [r for r in bench.fake.requests if "count_tokens" in r.path]
        assert len(counts) > 5
        largest = max(counts, key=lambda request: len(request.body))
        bench.record("claude-code-count-tokens", largest, desk)


def test_the_chain_is_gone_along(benches, desk):
    """Every request that Anthropic is too busy for is answered by the other provider."""
    bench = benches("chain")
    bench.begin(jobs.claude(desk.project))
    ran = desk.claude(bench.gateway.url, "[[job]] do it", model="auto")
    assert ran.answer.startswith("JOB DONE"), ran.output[-3000:]
    assert bench.fakes[0].requests and bench.fakes[1].requests
    assert bench.gateway.newest()["completed"]["outcome"] == "answered"


