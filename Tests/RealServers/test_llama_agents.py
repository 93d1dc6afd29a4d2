"""Claude Code and Codex, unmodified, through Logway at llama.cpp's own server.

The model is scripted (scripted_model.py), since one small enough for a test calls no tools; what
reads the prompt, runs the template, streams and finds the calls in the words is llama.cpp. Its last
words come only if the command's result is in its prompt.
"""

import contextlib
import json

import pytest

import llama_cpp
from agents import Desk
from gateway import Gateway

COMMAND = "echo $((1234 * 5678)) > out.txt; cat out.txt"
RESULT = "7006652"
FINAL = "JOB DONE, the number is there."
PROMPT = "Do as you are told."


@pytest.fixture
def behind(tmp_path):
    """Starts a gateway at a server whose model calls this tool."""
    with contextlib.ExitStack() as running:

        def behind(type, tool, arguments):
            call = json.dumps({"name": tool, "arguments": arguments})
            words = f"<tool_call>\n{call}\n</tool_call>"
            model = llama_cpp.scripted(tmp_path / "model.gguf", words, RESULT, FINAL)
            address = running.enter_context(llama_cpp.server(model))
            provider = {
                "type": type,
                "name": "llama",
                "baseUrl": address + ("/v1" if type == "openai" else ""),
                "apiKey": "any",
                "defaultModel": "scripted",
            }
            gateway = Gateway(tmp_path / "gateway", {"providers": [provider]}).start()
            running.callback(gateway.close)
            return gateway

        yield behind


def check(gateway, desk, ran):
    assert ran.code == 0, ran.output[-3000:]
    assert ran.answer == FINAL, ran.output[-3000:]
    assert (desk.project / "out.txt").read_text() == RESULT + "\n"
    gateway.newest()  # Waits for its outcome.
    requests = gateway.requests()
    assert len(requests) >= 2
    assert {request["completed"]["outcome"] for request in requests} == {"answered"}


@pytest.mark.parametrize("type", ["openai", "claude"])
def test_claude_code_runs_a_command_and_answers_its_result(behind, tmp_path, type):
    gateway = behind(type, "Bash", {"command": COMMAND, "description": "Multiplies"})
    desk = Desk(tmp_path / "desk")
    check(gateway, desk, desk.claude(gateway.url, PROMPT, model="scripted"))


def test_codex_runs_a_command_and_answers_its_result(behind, tmp_path):
    gateway = behind("openai", "exec_command", {"cmd": COMMAND})
    desk = Desk(tmp_path / "desk")
    check(gateway, desk, desk.codex(gateway.url, PROMPT, model="scripted"))
