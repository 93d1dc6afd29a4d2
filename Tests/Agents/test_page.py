"""The lines of docs/agents.md for Claude Code and Codex, typed into a shell."""

import pytest

import jobs
from agents import claude_binary, codex_binary
from page import blocks

FAMILIES = ["openai", "gemini"]
"""None of them is the vendor's own."""


@pytest.mark.parametrize("family", FAMILIES)
def test_claude_code_s_lines_do(bench, desk):
    bench.begin(jobs.claude(desk.project))
    (lines,) = blocks("Claude Code", bench.url)
    asked = ["-p", "[[subagent]] do it", "--dangerously-skip-permissions"]
    said = desk.type(lines, "claude", [claude_binary(), *asked])
    assert "INNER DONE" in said


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
