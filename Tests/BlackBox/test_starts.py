"""Starts that can't work: each a clear error that says what to do, and the right exit code."""

import json
import os
import re
import socket
import subprocess
import threading

import pytest

from conftest import ask, id_of, openai_client, provider
from fakes.server import Hold, Reply
from gateway import PATIENCE, Gateway, binary, environment, eventually

FAILED, WRONG_USAGE, FOUND_BAD = 1, 2, 3
SIMULATED = {
    "type": "simulated",
    "name": "s",
    "simulation": {
        "latencyMs": {"mean": 0, "deviation": 0},
        "tokensPerSecond": 0,
        "models": [{"name": "m", "costPer1MTokens": {"input": 3, "output": 15}}],
    },
}


def serve(gateway, port=0, **variables):
    """Tries to start it; what comes of that within seconds."""
    return subprocess.run(
        gateway.serve_command(port),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**gateway.environment, **variables},
        cwd=gateway.folder,
        timeout=PATIENCE,
    )


def refused(result, *texts, code=FAILED):
    assert result.returncode == code, result.stderr
    assert "listens on" not in result.stdout
    for text in texts:
        assert text in result.stderr
    assert "Fatal error" not in result.stderr


@pytest.fixture
def idle(gateway):
    """A gateway that is not started."""
    return gateway([SIMULATED], start=False)


def test_a_port_in_use_is_named(idle):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        refused(serve(idle, port), f"127.0.0.1:{port} is in use", "--port")
        # Nothing was made, and nothing is added to what is there.
        assert not idle.data.exists()
        idle.start()
        idle.stop()
        before = idle.events()
        refused(serve(idle, port), f"127.0.0.1:{port} is in use")
        assert idle.events() == before
    # The data directory is free again.
    idle.start()


def test_a_data_directory_in_use_is_named_with_its_process(gateway, tmp_path):
    running = gateway([SIMULATED])
    other = Gateway(tmp_path / "other", {"providers": [SIMULATED]}, data=running.data)
    refused(serve(other), str(running.data), f"process {running.process.pid}")
    assert ask(openai_client(running)).headers["x-logway-provider"] == "s"
    assert running.verify()["whole"]


@pytest.mark.parametrize("path", ["file", "file/data"])
def test_a_data_directory_that_is_a_file_or_below_one_is_refused(tmp_path, path):
    (tmp_path / "file").write_text("mine")
    data = tmp_path / path
    made = Gateway(tmp_path / "g", {"providers": [SIMULATED]}, data=data)
    refused(serve(made), f"{data} is not a usable log: it is a file or lies below one")
    reading = made.run("requests")
    assert reading.returncode == FAILED and str(data) in reading.stderr
    assert (tmp_path / "file").read_text() == "mine"


def test_an_unwritable_data_directory_is_refused(tmp_path):
    data = tmp_path / "sealed" / "data"
    data.parent.mkdir()
    data.parent.chmod(0o500)
    if os.access(data.parent, os.W_OK):
        pytest.skip("root may write everywhere; a path under a file is tested instead")
    made = Gateway(tmp_path / "g", {"providers": [SIMULATED]}, data=data)
    refused(serve(made), str(data), "can't be written")


def test_a_data_directory_of_a_newer_version_is_left_alone(idle):
    idle.start()
    idle.stop()
    (idle.data / "version").write_text("logway-data 99\n")

    def contents():
        files = [f for f in idle.data.rglob("*") if f.is_file() and f.name != "lock"]
        return {f: f.read_bytes() for f in files}

    before = contents()
    refused(serve(idle), "version 99", "newer logway")
    result = idle.run("log", "verify")
    assert (result.returncode, "version 99" in result.stderr) == (FAILED, True)
    assert contents() == before


def test_a_key_of_conversations_that_is_none_is_named_and_kept(idle):
    idle.start()
    idle.stop()
    key = idle.data / "conversation.key"
    key.write_text("short\n")
    refused(serve(idle), str(key), "holds no secret", "move it away")
    assert key.read_text() == "short\n"
    key.unlink()
    idle.start()


def test_a_directory_of_something_else_is_refused(idle):
    idle.data.mkdir()
    (idle.data / "version").write_text("photographs\n")
    refused(serve(idle), str(idle.data))


def damage(gateway):
    """Flips a bit of a frame in the middle of the log; its segment and offset."""
    frames = [json.loads(line) for line in gateway.ask("log", "dump", "--json").splitlines()]
    frame = frames[len(frames) // 2]
    (segment,) = (gateway.data / "log").glob("*.seg")
    with open(segment, "r+b") as file:
        # Inside of the body, behind the header.
        offset = frame["offset"] + 100
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x10]))
    return frame


@pytest.fixture
def damaged(gateway):
    made = gateway([SIMULATED])
    client = openai_client(made)
    for _ in range(5):
        ask(client)
    made.stop()
    assert made.verify()["whole"]
    return made, damage(made)


def test_a_damaged_segment_is_never_appended_to(damaged):
    gateway, frame = damaged
    place = f"segment {frame['segment']} is damaged at byte {frame['offset']}"
    before = next((gateway.data / "log").glob("*.seg")).read_bytes()
    refused(serve(gateway), place, "logway log repair --dry-run")
    assert next((gateway.data / "log").glob("*.seg")).read_bytes() == before


def test_verify_finds_the_damage_and_exits_with_3(damaged):
    gateway, frame = damaged
    result = gateway.run("log", "verify")
    assert result.returncode == FOUND_BAD
    assert f"segment {frame['segment']} at byte {frame['offset']}" in result.stdout
    result = gateway.run("log", "verify", "--json")
    assert result.returncode == FOUND_BAD
    report = json.loads(result.stdout)
    assert report["whole"] is False
    problem = report["problem"]
    assert (problem["segment"], problem["offset"]) == (frame["segment"], frame["offset"])


def test_what_lies_before_the_damage_can_be_read(damaged):
    gateway, frame = damaged
    place = f"segment {frame['segment']} is damaged at byte {frame['offset']}"

    def read(*command):
        result = gateway.run(*command)
        assert result.returncode == FAILED
        assert place in result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]

    events = read("log", "tail", "-n", "1000000", "--json")
    assert [event["sequence"] for event in events] == list(range(1, frame["first_sequence"]))
    # What lies behind it, where the log was closed, is reached without it.
    newest = [json.loads(line) for line in gateway.ask("log", "tail", "-n", "1", "--json").splitlines()]
    assert [event["type"] for event in newest] == ["NodeStopped"]
    frames = read("log", "dump", "--json")
    assert frames[-1]["first_sequence"] + frames[-1]["events"] == frame["first_sequence"]
    completed = next(event for event in events if event["type"] == "RequestCompleted")
    (record,) = read("explain", completed["request"], "--json")
    assert record["completed"] == completed


def test_repair_makes_a_damaged_log_serve_again_and_destroys_nothing(damaged):
    gateway, frame = damaged
    segment = next((gateway.data / "log").glob("*.seg"))
    before = segment.read_bytes()
    dry = json.loads(gateway.ask("log", "repair", "--dry-run", "--json"))
    assert dry["dry_run"] is True
    assert segment.read_bytes() == before
    done = json.loads(gateway.ask("log", "repair", "--json"))
    assert done["changes"] == dry["changes"]
    assert done["last_sequence"] == frame["first_sequence"] - 1
    (cut,) = [change for change in done["changes"] if change["action"] == "cut"]
    assert (cut["file"], cut["offset"]) == ("log/" + segment.name, frame["offset"])
    (folder,) = (gateway.data / "log").glob("repair-*")
    kept = (folder / cut["kept"]).read_bytes()
    assert kept == before[cut["offset"] : cut["offset"] + len(kept)]
    assert json.loads((folder / "manifest.json").read_text()) == done
    assert gateway.verify()["whole"]
    gateway.start()
    ask(openai_client(gateway))
    gateway.stop()
    assert gateway.verify()["whole"]


def test_a_checkpoint_shows_that_events_were_removed(gateway, tmp_path):
    made = gateway([SIMULATED])
    for _ in range(5):
        ask(openai_client(made))
    file = tmp_path / "checkpoint.json"
    # Beside the running server, which goes on behind it.
    made.ask("log", "checkpoint", "--out", str(file))
    checkpoint = json.loads(file.read_text())
    against = ("log", "verify", "--against", str(file), "--public-key", checkpoint["public_key"])
    ask(openai_client(made))
    assert made.run(*against).returncode == 0
    made.stop()
    assert made.run(*against).returncode == 0
    assert made.run(*against[:-1], "0" * 64).returncode == FOUND_BAD
    assert damage(made)["first_sequence"] < checkpoint["sequence"]
    made.ask("log", "repair")
    result = made.run(*against)
    assert result.returncode == FOUND_BAD
    assert "were removed" in result.stdout


def test_a_torn_tail_is_cut_and_said_so(gateway):
    made = gateway([SIMULATED])
    ids = [id_of(ask(openai_client(made))) for _ in range(3)]
    made.kill()
    frames = [json.loads(line) for line in made.ask("log", "dump", "--json").splitlines()]
    end = max(f["offset"] + f["stored_length"] for f in frames)
    (segment,) = (made.data / "log").glob("*.seg")
    with open(segment, "r+b") as file:
        # A frame that a power cut left half written: nothing valid follows it.
        file.seek(end + 512)
        file.write(os.urandom(700))
    made.start()
    assert {r["request"] for r in made.requests()} >= set(ids)
    assert made.verify()["whole"]
    assert ask(openai_client(made)).headers["x-logway-provider"] == "s"


MISTAKES = {
    "unknown-key": (
        "providers:\n  - type: groq\n    apikey: x\n",
        ["logway.yaml:3:5", "apikey", "did you mean `apiKey`"],
    ),
    "unknown-type": ("providers:\n  - type: grok\n", ["logway.yaml:2:11", "did you mean `groq`"]),
    "unset-variable": (
        "providers:\n  - type: groq\n    apiKey: ${NO_SUCH_KEY}\n",
        ["logway.yaml:3:13", "NO_SUCH_KEY is not set"],
    ),
    "unknown-provider": (
        "providers:\n  - type: ollama\nfallback_chains:\n  dev: [ollama, olama]\n",
        ["logway.yaml:4", "did you mean `ollama`"],
    ),
    "not-yaml": ("providers: [\n", ["logway.yaml:"]),
    "twice": ("server: {port: 1}\nproviders:\n  - type: ollama\nserver: {port: 2}\n", ["server"]),
    "no-provider": ("providers: []\n", ["logway.yaml:1", "there is no provider"]),
    "empty": ("", ["logway.yaml:1:1", "providers"]),
}


@pytest.mark.parametrize("mistake", list(MISTAKES))
def test_a_mistake_in_the_configuration_is_shown_with_its_place(idle, mistake):
    text, wanted = MISTAKES[mistake]
    idle.configure(text)
    refused(serve(idle), *wanted)
    assert not idle.data.exists()


def test_every_mistake_is_listed_at_once(idle):
    idle.configure(
        "providers:\n  - type: groq\n    apikey: x\n    prioriti: 1\nserver: {prot: 1}\n"
    )
    refused(serve(idle), "apikey", "prioriti", "prot")


def test_a_configuration_that_is_not_there_is_named(idle):
    idle.config.unlink()
    result = serve(idle)
    refused(result, "logway.yaml", "there is no such file")
    help = subprocess.run([binary(), "--help"], capture_output=True, text=True, timeout=PATIENCE).stdout
    for advice in re.findall(r"`logway ([a-z]+)", result.stderr):
        assert f"\n  {advice} " in help, f"there is no `logway {advice}`"


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--port", "70000"],
        ["serve", "--port", "x"],
        ["serve", "--nope"],
        ["nope"],
        ["explain"],
        ["explain", "not-an-id"],
        ["requests", "--limit", "0"],
        ["requests", "--outcome", "fine"],
        ["report", "--month", "2026-13"],
        ["log", "tail", "--number", "-1"],
    ],
)
def test_wrong_usage_exits_with_2(tmp_path, arguments):
    result = subprocess.run(
        [binary(), *arguments],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        cwd=tmp_path,
        timeout=PATIENCE,
    )
    assert result.returncode == WRONG_USAGE
    assert result.stderr and not result.stdout


def test_a_public_address_is_refused(idle):
    command = [*idle.serve_command(), "--host", "0.0.0.0"]
    result = subprocess.run(
        command, capture_output=True, text=True, env=idle.environment, timeout=PATIENCE
    )
    refused(result, "0.0.0.0", "127.0.0.1")


def test_without_any_provider_the_simulated_ones_answer_and_it_says_so(tmp_path):
    with socket.socket() as probe:
        if any(probe.connect_ex(("127.0.0.1", port)) == 0 for port in (11434, 1234)):
            pytest.skip("a local model server runs here, so that discovery finds it")
    made = Gateway(tmp_path, "")
    made.config.unlink()
    command = made.serve_command()
    without = [part for part in command if part not in ("--config", str(made.config))]
    made.serve_command = lambda port=0: without
    try:
        made.start()
        assert "SIMULATED" in made.errors() + "".join(made.output)
        answer = ask(openai_client(made))
        assert answer.headers["x-logway-provider"].startswith("sim-")
        assert "simulated" in answer.parse().choices[0].message.content
    finally:
        made.close()


def test_the_greeting_s_curl_line_works(gateway):
    made = gateway([SIMULATED])

    def line():
        return next((t.strip() for t in made.output if t.strip().startswith("curl ")), None)

    command = eventually(line, "no curl line was printed")
    result = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=PATIENCE)
    assert " 200 OK" in result.stdout.splitlines()[0]
    id = re.search(r"x-logway-request-id: (\S+)", result.stdout)[1]
    assert "answered" in made.explain_page(id)
    assert id in made.explain_page("last")


def test_a_configured_simulation_is_not_called_missing(gateway):
    made = gateway([SIMULATED])
    text = "".join(made.output) + made.errors()
    assert "no provider was found or configured" not in text


def test_a_provider_that_never_answers_does_not_hold_up_the_start(fake, gateway):
    slow = fake()
    slow.models_reply = Reply([Hold(threading.Event())], headers={"content-length": "9"})
    made = gateway([provider("slow", slow), SIMULATED])
    assert ask(openai_client(made), model="s:m").headers["x-logway-provider"] == "s"


def test_no_file_of_the_data_directory_is_readable_by_others(gateway):
    made = gateway([SIMULATED])
    for path in [made.data, *made.data.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
