"""Programs for the command line: llm, with and without its plugin for Ollama, and aider.

Each has an environment of its own, since it pins what it needs: $PROGRAMS and $AIDER.
"""

import json
import os
import pathlib
import subprocess

from scenarios import EDIT, STREAMED, TOOLS, TYPED, scenario

ADD = "def add(a: int, b: int) -> int:\n    'Adds two numbers.'\n    return a + b\n"
TIMEOUT = 60.0


def run(where, command, **variables):
    """What a program of that environment prints."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.getcwd(), "LANG": "C.UTF-8"}
    result = subprocess.run(
        [pathlib.Path(os.environ[where]) / "bin" / "python", "-m", *command],
        env=environment | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert result.returncode == 0, (result.stdout + result.stderr)[-2000:]
    return result.stdout, result.stderr


def llm(arguments, **variables):
    folder = pathlib.Path.cwd() / "llm"
    folder.mkdir(exist_ok=True)
    return run("PROGRAMS", ["llm", *arguments], LLM_USER_PATH=str(folder), **variables)


def by_chat(url, model):
    """Its way to any server of OpenAI's family: a file."""
    folder = pathlib.Path.cwd() / "llm"
    folder.mkdir(exist_ok=True)
    entry = {
        "model_id": model,
        "model_name": model,
        "api_base": url + "/v1",
        "api_key": "any",
        "supports_tools": True,
        "supports_schema": True,
    }
    # JSON is YAML.
    (folder / "extra-openai-models.yaml").write_text(json.dumps([entry]))
    return model, {}


def by_ollama(url, model):
    return f"ollama/{model}", {"OLLAMA_HOST": url}


def program(name, prepare):
    @scenario(name, "tools")
    def tools(url, model):
        name, variables = prepare(url, model)
        said, shown = llm(["-m", name, "--functions", ADD, "--td", TOOLS], **variables)
        return [(2, 40)] if "42" in shown else [], said

    @scenario(name, "typed")
    def typed(url, model):
        name, variables = prepare(url, model)
        said, _ = llm(["-m", name, "--schema", "sum int", TYPED], **variables)
        return json.loads(said)["sum"]

    @scenario(name, "streamed")
    def streamed(url, model):
        name, variables = prepare(url, model)
        said, _ = llm(["-m", name, STREAMED], **variables)
        return list(said)


program("llm", by_chat)
program("llm-ollama", by_ollama)

AIDER = {
    "aider (openai)": lambda url: ("openai", {"OPENAI_API_BASE": url + "/v1"}),
    "aider (anthropic)": lambda url: ("anthropic", {"ANTHROPIC_API_BASE": url}),
    "aider (ollama_chat)": lambda url: ("ollama_chat", {"OLLAMA_API_BASE": url}),
}


def aider(name, prepare):
    @scenario(name, "edit")
    def edit(url, model):
        vendor, variables = prepare(url)
        keys = {"OPENAI_API_KEY": "any", "ANTHROPIC_API_KEY": "any", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        quiet = ["--no-git", "--yes-always", "--no-check-update", "--no-show-model-warnings"]
        quiet += ["--analytics-disable", "--no-gitignore", "--map-tokens", "0"]
        asked = ["--model", f"{vendor}/{model}", "--edit-format", "diff"]
        run("AIDER", ["aider", *quiet, *asked, "--message", EDIT, "hello.py"], **keys, **variables)
        return pathlib.Path("hello.py").read_text() == "print('hello')\n"


for name, prepare in AIDER.items():
    aider(name, prepare)
