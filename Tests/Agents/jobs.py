"""What the scripted models are told to do with the agents' own tools, a script for each job."""

import json
import struct
import zlib

from fakes.scripted import Call, Calls, Text

COMMAND = "echo marker-$((40+2)) > out.txt; cat out.txt"
MARKER = "marker-42"
DAY = "2026-11-29"
MOON = f"on {DAY} the moon is waning gibbous"
DONE = Text("JOB DONE: {result}")


def picture():
    """A red square as a PNG."""

    def chunk(kind, data):
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    size = 16
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + b"\xff\x00\x00" * size for _ in range(size))
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def claude(project):
    """Claude Code's jobs, by the word that stands in the prompt."""
    file = str(project / "written.txt")
    bash = {"command": COMMAND, "description": "Write a marker"}
    return {
        "job": [
            Call("Bash", bash),
            Call("Write", {"file_path": file, "content": 'líne "one" \\\nzwei 😀\n'}),
            Call("Read", {"file_path": file}),
            DONE,
        ],
        "two": [
            Calls(
                [
                    Call("Bash", {"command": "echo one", "description": "Say one"}),
                    Call("Bash", {"command": "echo two", "description": "Say two"}),
                ]
            ),
            DONE,
        ],
        "picture": [Call("Read", {"file_path": str(project / "square.png")}), DONE],
        "subagent": [
            Call(
                "Agent",
                {
                    "description": "Look around",
                    "prompt": "[[inner]] look around",
                    "subagent_type": "general-purpose",
                    "run_in_background": False,
                },
            ),
            DONE,
        ],
        "inner": [Call("Bash", bash), Text("INNER DONE: {result}")],
        "mcp": [
            Call("ToolSearch", {"query": "select:mcp__sky__moon", "max_results": 3}),
            Call("moon", {"day": DAY}),
            DONE,
        ],
        "schema": [Call("StructuredOutput", {"moon": "waning"}), DONE],
        "long": [
            Call("Bash", bash),
            Text("<analysis>short</analysis>\n<summary>A marker was written.</summary>"),
        ],
    }


def codex(project):
    """Codex's jobs. What a model's name makes it offer differs; a step without its tool is skipped."""
    code = f"const r = await tools.exec_command({{cmd: {json.dumps(COMMAND)}}}); text(r.output);"
    patch = "*** Begin Patch\n*** Add File: written.txt\n+zwei 😀\n*** End Patch\n"
    shell = Call("exec_command", {"cmd": COMMAND})
    search = Call("tool_search", {"query": "phase of the moon", "limit": 3})
    return {
        "job": [shell, Call("exec", code), Call("apply_patch", patch), DONE],
        "picture": [Call("view_image", {"path": str(project / "square.png")}), DONE],
        "subagent": [
            Call("spawn_agent", {"message": "[[inner]] look around"}),
            Call("wait_agent", lambda results: {"targets": [agent_id(results[-1])]}),
            DONE,
        ],
        "inner": [shell, Text("INNER DONE: {result}")],
        "mcp": [search, Call("moon", {"day": DAY}), DONE],
    }


def agent_id(result):
    """The id in what `spawn_agent` gave back, in whatever it is wrapped."""
    value = result
    while True:
        value = json.loads(value) if isinstance(value, str) else next(iter(value.values()))
        if isinstance(value, dict) and "agent_id" in value:
            return value["agent_id"]
