"""What `logway serve` tells a new user: commands that work as they are printed, and what was found."""

import os
import socket
import subprocess

import pytest

from conftest import ask, id_of, openai_client
from gateway import PATIENCE, Gateway, binary, eventually

SIMULATED = {"type": "simulated", "name": "sim-fast"}


@pytest.fixture
def served(tmp_path):
    """Starts a server in a folder and asks it once; gives it and the command that explains that."""
    made = []

    def serve(program=binary(), folder="home", options=(), **variables):
        one = Gateway(tmp_path / folder, {"providers": [SIMULATED]}, **variables)
        one.serve_command = lambda port=0: [str(program), "serve", "--port", "0", *options]
        made.append(one)
        one.start()
        command = eventually(
            lambda: next((t.strip() for t in one.output if " explain " in t), None),
            "no command was printed",
        )
        return one, id_of(ask(openai_client(one))), command

    yield serve
    for one in made:
        one.close()


def typed(gateway, command, **variables):
    """What a shell in the server's folder makes of a printed command."""
    done = subprocess.run(
        ["sh", "-c", command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**gateway.environment, **variables},
        cwd=gateway.folder,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_usual_directory_needs_no_option(served):
    gateway, id, command = served()
    assert command == f"{binary()} explain last"
    assert id in typed(gateway, command)


@pytest.mark.parametrize("options", [["--data", "it's mine"], ["--data", "./plain"]])
def test_another_directory_is_named_for_a_shell(served, options):
    gateway, id, command = served(options=options)
    folder = str(gateway.folder / options[1].removeprefix("./"))
    assert f"  data directory: {folder}\n" in gateway.output
    assert command.startswith(f"{binary()} explain last --data ")
    assert (folder in command) is ("'" not in folder)
    assert id in typed(gateway, command)


def test_a_directory_of_the_environment_may_be_the_server_s_alone(served, tmp_path):
    gateway, id, command = served(LOGWAY_DATA=str(tmp_path / "mine"))
    assert command.endswith(f" --data {tmp_path}/mine")
    assert id in typed(gateway, command, LOGWAY_DATA="")


def test_a_directory_that_the_configuration_names_is_found_without(served, tmp_path):
    folder = tmp_path / "home"
    gateway, _, _ = served()
    gateway.stop()
    gateway.configure({"providers": [SIMULATED], "log": {"directory": "here"}})
    gateway.start()
    id = id_of(ask(openai_client(gateway)))
    line = eventually(
        lambda: next((t.strip() for t in gateway.output if " explain " in t), None), "no command"
    )
    assert line == f"{binary()} explain last"
    assert (folder / "here" / "log").is_dir()
    assert id in typed(gateway, line)


def test_the_binary_is_named_as_a_shell_finds_it(served, tmp_path):
    folder = tmp_path / "home" / "build"
    folder.mkdir(parents=True)
    os.symlink(binary(), folder / "logway")
    path = os.environ["PATH"]
    # Below the working directory, whether it is typed from there or from the root.
    for program in ("build/logway", "./build/logway", folder / "logway"):
        gateway, id, command = served(program)
        assert command == "build/logway explain last"
        assert id in typed(gateway, command)
        gateway.stop()
    # On PATH, and behind another one there.
    gateway, id, command = served(PATH=f"{path}:{folder}")
    assert command == "logway explain last"
    assert id in typed(gateway, command)
    gateway.stop()
    other = tmp_path / "other"
    other.mkdir()
    (other / "logway").write_text("#!/bin/sh\n")
    (other / "logway").chmod(0o755)
    _, _, command = served("build/logway", PATH=f"{other}:{path}:{folder}")
    assert command == "build/logway explain last"


def test_the_demo_s_commands_work_as_they_are_printed(tmp_path):
    data = tmp_path / "a demo"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        [binary(), "demo", "--limit", "20", "--data", str(data)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    commands = [
        binary() + line.partition(binary())[2] for line in done.stdout.splitlines() if binary() in line
    ]
    words = {command.removeprefix(binary()).split()[0] for command in commands}
    assert words >= {"providers", "report", "requests", "log"}
    for command in commands:
        ended = subprocess.run(
            ["sh", "-c", command],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
            timeout=PATIENCE,
        )
        assert ended.returncode == 0, f"{command}: {ended.stderr}"
    assert "\nlogway " not in done.stdout and ": logway " not in done.stdout


def test_discovery_says_what_it_found_and_no_key(tmp_path):
    # The port is in use, so that nothing starts which could ask these providers.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = subprocess.run(
            [binary(), "serve", "--port", str(listener.getsockname()[1])],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path),
                "GROQ_API_KEY": "secret-1",
                "GOOGLE_API_KEY": "secret-2",
                "OPENAI_API_KEY": "secret-3",
                "ANTHROPIC_API_KEY": "",
            },
            cwd=tmp_path,
            timeout=PATIENCE,
        )
    assert done.returncode == 1
    (found,) = (line for line in done.stderr.splitlines() if line.startswith("found: "))
    assert found.endswith(
        "groq (key in GROQ_API_KEY), google (key in GOOGLE_API_KEY), openai (key in OPENAI_API_KEY)"
    )
    assert "secret" not in done.stdout + done.stderr
