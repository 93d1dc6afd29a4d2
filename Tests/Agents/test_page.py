"""The lines of docs/agents.md for Claude Code and Codex, typed into a shell."""

import json
import re

import pytest

import jobs
from agents import claude_binary, codex_binary
from conftest import Bench
from page import blocks

FAMILIES = ["openai", "gemini"]
"""None of them is the vendor's own."""
CLAUDE = [claude_binary(), "-p", "[[subagent]] do it", "--dangerously-skip-permissions"]


@pytest.mark.parametrize("family", FAMILIES)
def test_claude_code_s_lines_do(bench, desk):
    bench.begin(jobs.claude(desk.project))
    lines, _ = blocks("Claude Code", bench.url)
    assert "INNER DONE" in desk.type(lines, "claude", CLAUDE)


@pytest.mark.parametrize("family", FAMILIES)
def test_one_line_does_where_its_names_have_aliases(family, desk, tmp_path):
    _, aliases = blocks("Claude Code", "")
    bench = Bench(tmp_path / "bench", family, **yaml_of(aliases))
    try:
        bench.begin(jobs.claude(desk.project))
        lines, _ = blocks("Claude Code", bench.url)
        first, *_, last = lines.splitlines()
        assert "INNER DONE" in desk.type(f"{first}\n{last}", "claude", CLAUDE)
    finally:
        bench.close()


def yaml_of(line):
    """The one line of YAML that the page has, as JSON would have it."""
    name, value = line.strip().split(": ", 1)
    return {name: json.loads(re.sub(r": ([a-z]+)(?=[,}])", r': "\1"', value))}


@pytest.mark.parametrize("family", FAMILIES)
def test_codex_s_lines_do(bench, desk):
    bench.begin(jobs.codex(desk.project))
    (lines,) = blocks("Codex", bench.url)
    home = desk.home / ".codex"
    home.mkdir()
    (home / "config.toml").write_text(lines)
    free = "--dangerously-bypass-approvals-and-sandbox"
    said = desk.type("codex", "codex", [codex_binary(), "exec", free, "[[job]] do it"])
    assert "JOB DONE" in said
