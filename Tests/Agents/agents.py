"""Claude Code and Codex as their makers ship them, run without a terminal and without a network.

The binaries are those inside the wheels of requirements.txt, below the environment that $AGENTS
names.
"""

import json
import os
import pathlib
import shlex
import subprocess
import sys
from dataclasses import dataclass

TIMEOUT = 90.0
"""Seconds for a whole job; one takes about two."""


def packages():
    folder = pathlib.Path(os.environ["AGENTS"]) / "lib"
    (found,) = folder.glob("python3*/site-packages")
    return found


def claude_binary():
    return packages() / "claude_agent_sdk" / "_bundled" / "claude"


def codex_binary():
    return packages() / "codex_cli_bin" / "bin" / "codex"


QUIET = {
    # No telemetry, no updates: only the gateway is asked.
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_AUTOUPDATER": "1",
    # Root may let it use every tool only where it is told that this is a sandbox.
    "IS_SANDBOX": "1",
}


@dataclass
class Ran:
    """How an agent's run ended."""

    code: int
    lines: list
    """What it printed, one JSON value a line."""
    output: str

    @property
    def answer(self):
        """Its last words."""
        raise NotImplementedError


class ClaudeRan(Ran):
    @property
    def answer(self):
        results = [line.get("result") for line in self.lines if line.get("type") == "result"]
        return results[-1] if results and results[-1] else self.output[-2000:]

    @property
    def session(self):
        return next(line["session_id"] for line in self.lines if "session_id" in line)


class CodexRan(Ran):
    @property
    def answer(self):
        items = [line["item"] for line in self.lines if line.get("type") == "item.completed"]
        texts = [item["text"] for item in items if item["type"] == "agent_message"]
        return texts[-1] if texts else self.output[-2000:]

    @property
    def session(self):
        return next(line["thread_id"] for line in self.lines if "thread_id" in line)


def run(kind, command, folder, environment):
    """Runs an agent to its end; it has nobody to ask."""
    process = subprocess.Popen(
        command,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "dumb", **environment},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        output, errors = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        errors += f"\nstopped after {TIMEOUT} s"
    lines = []
    for line in output.splitlines():
        if line.startswith("{"):
            lines.append(json.loads(line))
    return kind(process.returncode, lines, output + errors)


class Desk:
    """A home and a project for agents: nothing of one is seen by the next."""

    def __init__(self, folder):
        self.home = folder / "home"
        self.project = folder / "project"
        self.home.mkdir(parents=True)
        self.project.mkdir()
        subprocess.run(["git", "init", "-q", self.project], check=True)

    def claude(self, url, prompt, *arguments, model=None, **variables):
        """Claude Code at Logway, with the four lines of docs/agents.md."""
        environment = {
            "HOME": str(self.home),
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_AUTH_TOKEN": "any",
            **QUIET,
            **variables,
        }
        if model:
            environment |= {
                "ANTHROPIC_MODEL": model,
                "ANTHROPIC_DEFAULT_OPUS_MODEL": model,
                "ANTHROPIC_DEFAULT_SONNET_MODEL": model,
                "ANTHROPIC_DEFAULT_HAIKU_MODEL": model,
            }
        printed = ["--output-format", "stream-json", "--verbose"]
        command = [claude_binary(), "-p", prompt, *printed, "--dangerously-skip-permissions", *arguments]
        return run(ClaudeRan, command, self.project, environment)

    def codex(self, url, prompt, *arguments, model="auto", settings="", provider="logway"):
        """`codex exec` at Logway, with the configuration of docs/agents.md."""
        home = self.home / "codex"
        home.mkdir(exist_ok=True)
        if provider == "logway":
            (home / "config.toml").write_text(
                f'model = "{model}"\nmodel_provider = "logway"\n{settings}\n'
                f'[model_providers.logway]\nname = "Logway"\nbase_url = "{url}/v1"\n'
            )
        else:
            (home / "config.toml").write_text(
                f'model = "{model}"\nopenai_base_url = "{url}/v1"\n{settings}\n'
            )
        free = "--dangerously-bypass-approvals-and-sandbox"
        command = [codex_binary(), "exec", "--json", free, "--skip-git-repo-check", *arguments, prompt]
        environment = {"HOME": str(self.home), "CODEX_HOME": str(home), "OPENAI_API_KEY": "any"}
        return run(CodexRan, command, self.project, environment)


    def type(self, lines, name, command):
        """What lines print in a shell where the program of that name is this command."""
        commands = self.home / "commands"
        commands.mkdir()
        script = commands / name
        script.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n')
        script.chmod(0o755)
        result = subprocess.run(
            ["bash", "-ec", lines],
            env={
                "PATH": f"{commands}:{os.environ['PATH']}",
                "HOME": str(self.home),
                "TERM": "dumb",
                **QUIET,
            },
            cwd=self.project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )
        assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
        return result.stdout


def mcp_server():
    """The command of the small MCP server beside this file."""
    return [sys.executable, str(pathlib.Path(__file__).with_name("mcp_server.py"))]
