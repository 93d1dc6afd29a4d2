"""What the reading commands make of their options, and of a world that is not as it should be."""

import json
import subprocess

import pytest

from conftest import ask, id_of, openai_client
from gateway import PATIENCE, binary

FAILED, WRONG_USAGE = 1, 2


def test_a_result_that_can_not_be_written_is_a_failure(pair):
    gateway, _, _ = pair
    ask(openai_client(gateway))
    for arguments in (["report"], ["requests", "--json"], ["log", "tail"], ["--help"]):
        command = [binary(), *arguments]
        if arguments != ["--help"]:
            command += ["--data", str(gateway.data)]
        with open("/dev/full", "w") as full:
            result = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                env=gateway.environment,
                timeout=PATIENCE,
            )
        assert result.returncode == FAILED, arguments
        assert "can't be written" in result.stderr
        assert "No space left" in result.stderr


SIMULATED = {"type": "simulated", "name": "sim-fast"}
KEYED = {"type": "groq", "apiKey": "${GROQ_API_KEY}"}


@pytest.fixture
def idle(gateway):
    """A gateway that is not started."""
    return gateway([SIMULATED], start=False)


def run(gateway, *arguments):
    """Runs a command without `--data`, where the gateway's configuration is the usual one."""
    return subprocess.run(
        [binary(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=gateway.environment,
        cwd=gateway.folder,
        timeout=PATIENCE,
    )


def test_reading_needs_no_key_of_the_server(pair):
    gateway, _, _ = pair
    id = id_of(ask(openai_client(gateway)))
    gateway.configure({"providers": [KEYED], "log": {"directory": str(gateway.data)}})
    result = run(gateway, "requests")
    assert (result.returncode, result.stderr) == (0, "")
    assert id in result.stdout


def test_reading_takes_a_configuration(pair, tmp_path):
    gateway, _, _ = pair
    id = id_of(ask(openai_client(gateway)))
    other = tmp_path / "other.yaml"
    other.write_text(json.dumps({"providers": [KEYED], "log": {"directory": str(gateway.data)}}))
    for arguments in (["explain", "last"], ["requests"], ["log", "tail"]):
        assert id in run(gateway, *arguments, "--config", str(other)).stdout
    missing = run(gateway, "requests", "--config", "nosuch.yaml")
    assert missing.returncode == FAILED
    assert "nosuch.yaml: there is no such file" in missing.stderr


@pytest.mark.parametrize(
    "config", ["nonsense: [", {"nonsense": 1}, {"log": {"directory": "/srv/${NO_SUCH_NAME}"}}]
)
def test_reading_goes_on_beside_a_configuration_with_mistakes(pair, config):
    gateway, _, _ = pair
    id = id_of(ask(openai_client(gateway)))
    gateway.configure(config)
    gateway.variables["LOGWAY_DATA"] = str(gateway.data)
    result = run(gateway, "explain", "last")
    assert result.returncode == 0, result.stderr
    assert id in result.stdout
    (note,) = result.stderr.splitlines()
    assert "logway.yaml has mistakes" in note and "--data" in note


def test_a_relative_directory_is_meant_from_the_configuration_s_folder(idle, tmp_path):
    idle.configure({"providers": [SIMULATED], "log": {"directory": "logs/mine"}})
    command = [binary(), "serve", "--port", "0", "--config", idle.config.name]
    idle.serve_command = lambda port=0: command
    idle.start()
    id = id_of(ask(openai_client(idle)))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for folder, file in ((elsewhere, idle.config), (tmp_path, f"{idle.folder.name}/logway.yaml")):
        found = subprocess.run(
            [binary(), "explain", "last", "--config", str(file)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=idle.environment,
            cwd=folder,
            timeout=PATIENCE,
        )
        assert id in found.stdout, found.stderr
    assert (idle.folder / "logs" / "mine" / "log").is_dir()
    assert list(elsewhere.iterdir()) == []


def test_the_last_request_of_a_log_without_any_is_said_to_be_missing(idle):
    idle.start()
    idle.stop()
    result = idle.run("explain", "last")
    assert result.returncode == FAILED
    assert f"the log in {idle.data} holds no request yet" in result.stderr


def test_a_checkpoint_is_printed_beside_its_file_when_json_is_asked_for(idle, tmp_path):
    idle.start()
    file = tmp_path / "checkpoint.json"
    assert idle.ask("log", "checkpoint", "--out", str(file)) == ""
    printed = idle.ask("log", "checkpoint", "--out", str(file), "--json")
    assert json.loads(printed) == json.loads(file.read_text())
    assert json.loads(idle.ask("log", "checkpoint", "--json"))["public_key"]


def commands(help):
    """Every command that does something, with the names of its options."""
    names = {n["name"] for a in help.get("arguments", []) for n in a.get("names", [])}
    below = [command for command in help.get("subcommands", []) if command["commandName"] != "help"]
    if not below:
        path = [*help.get("superCommands", [])[1:], help["commandName"]]
        yield " ".join(path), names & {"data", "config", "json"}
    for command in below:
        yield from commands(command)


def test_the_commands_take_the_options_that_the_readme_says():
    help = subprocess.run(
        [binary(), "--experimental-dump-help"], capture_output=True, text=True, timeout=PATIENCE
    )
    taken = dict(commands(json.loads(help.stdout)["command"]))
    assert taken.pop("serve") == {"data", "config"}
    assert taken.pop("demo") == {"data"}
    live = ("models", "providers test", "providers set-default")
    for command, options in taken.items():
        without = {"data"} if command.startswith(live) else set()
        assert options == {"data", "config", "json"} - without, command


def test_tail_shows_the_last_events_that_match(pair):
    gateway, _, _ = pair
    client = openai_client(gateway)
    ids = [id_of(ask(client)) for _ in range(8)]
    gateway.completed(ids[-1])
    events = gateway.events()
    first_s = [e for e in events if e.get("request") == ids[0]]
    assert first_s[-1]["sequence"] < events[-20]["sequence"]

    def shown(*arguments):
        lines = gateway.ask("log", "tail", "--json", *arguments).splitlines()
        return [json.loads(line) for line in lines]

    assert shown("--request", ids[0]) == first_s
    assert shown("--request", ids[0], "-n", "2") == first_s[-2:]
    assert shown("--request", ids[0], "--type", "NodeStarted") == []
    assert shown("-n", "3") == events[-3:]
    assert shown("-n", "0") == []
    for name in {e["type"] for e in events}:
        assert shown("--type", name) == [e for e in events if e["type"] == name][-20:]


def test_an_unknown_type_is_wrong_usage(pair):
    gateway, _, _ = pair
    result = gateway.run("log", "tail", "--type", "RouteDecied")
    assert result.returncode == WRONG_USAGE
    assert "RouteDecided" in result.stderr and "NodeStopped" in result.stderr
    assert gateway.ask("log", "tail", "--type", "Unknown77") == ""


@pytest.mark.parametrize("month", ["0000-01", "1969-12", "2026-13", "2026-1", "+026-01", "may"])
def test_a_month_that_no_log_has_is_wrong_usage(gateway, month):
    result = gateway(start=False).run("report", "--month", month)
    assert result.returncode == WRONG_USAGE
    assert month in result.stderr
