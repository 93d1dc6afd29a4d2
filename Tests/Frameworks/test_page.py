"""The lines of docs/agents.md for programs and SDKs, typed into a shell."""

import json
import os
import pathlib
import shlex
import subprocess
import sys

import openai
import pytest
import yaml

from page import ADDRESS, blocks, headings

SAID = "nothing more to do"
"""What the model answers that is told nothing."""
TESTED = {"Claude Code", "Codex"}
"""By Tests/Agents/test_page.py."""


def typed(lines, folder, **programs):
    """What the lines print in a shell where each program starts with some arguments."""
    commands = folder / "commands"
    commands.mkdir()
    for name, command in programs.items():
        script = commands / name
        words = shlex.join(str(word) for word in command)
        script.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        script.chmod(0o755)
    result = subprocess.run(
        ["bash", "-ec", lines],
        env={
            "PATH": f"{commands}:{os.environ['PATH']}",
            "HOME": str(folder),
            "LLM_USER_PATH": str(folder),
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        },
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
    return result.stdout


def program(where, module):
    return [pathlib.Path(os.environ[where]) / "bin" / "python", "-m", module]


def test_aider_s_lines_do(house, tmp_path):
    (lines,) = blocks("aider", house.url)
    quiet = ["--no-git", "--yes-always", "--no-check-update", "--no-show-model-warnings"]
    asked = ["--analytics-disable", "--message", "Say hello"]
    said = typed(lines, tmp_path, aider=[*program("AIDER", "aider"), *quiet, *asked])
    assert SAID in said


def test_llm_s_lines_do(house, tmp_path):
    file, lines, plugin = blocks("llm", house.url)
    (tmp_path / "extra-openai-models.yaml").write_text(file)
    assert SAID in typed(lines, tmp_path, llm=program("PROGRAMS", "llm"))


def test_the_lines_for_llm_s_plugin_do(house, tmp_path):
    _, _, lines = blocks("llm", house.url)
    assert SAID in typed(lines, tmp_path, llm=program("PROGRAMS", "llm"))


def test_the_values_for_forms_do(house):
    (text,) = blocks("Continue, Cline and other programs with a provider for OpenAI", house.url)
    (values,) = yaml.safe_load(text)["models"]
    client = openai.OpenAI(base_url=values["apiBase"], api_key=values["apiKey"], max_retries=0)
    turns = [{"role": "user", "content": "Say hello"}]
    chunks = client.chat.completions.create(model=values["model"], messages=turns, stream=True)
    said = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert SAID in said


@pytest.mark.parametrize("number", [0, 1])
def test_the_lines_of_python_do(house, tmp_path, number):
    lines = blocks("Programs in Python", house.url)[number]
    assert SAID in typed(f"{shlex.quote(sys.executable)} -c {shlex.quote(lines)}", tmp_path)


def test_every_part_of_the_page_is_tested():
    here = pathlib.Path(__file__).read_text()
    for heading in headings():
        assert heading in TESTED or json.dumps(heading) in here, heading
    assert ADDRESS.endswith(":8080")
