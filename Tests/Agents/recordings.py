"""The agents' requests as files, for the fast suite: what they send, without who sent it.

`tools/test-agents --record` writes them to Tests/BlackBox/data/agents. Texts are cut to their
beginnings; ids, paths and names of this machine get others' places. What shapes a request (fields,
types, roles, schemas, markers) stays as it came.
"""

import json
import pathlib
import platform
import re

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "BlackBox" / "data" / "agents"
LONGEST = 160
"""Characters that are kept of a text."""
HEADERS = re.compile(
    "anthropic-.*|x-claude-code-.*|x-app|x-stainless-lang|user-agent|x-codex-beta-features|originator"
    "|x-openai-internal-.*|session-id|thread-id|accept|content-type"
)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
LONG_HEX = re.compile(r"\b[0-9a-f]{40,}\b")


def anonymous(text, project):
    """A text without the ids and paths of this run."""
    text = text.replace(str(project), "/home/dev/project").replace(str(project.parent), "/home/dev")
    text = re.sub(rf"\b{re.escape(platform.node())}\b", "machine", text)
    met = {}

    def other(found):
        return met.setdefault(found[0], f"01a20000-0000-7000-8000-{len(met) + 1:012}")

    text = UUID.sub(other, text)
    return LONG_HEX.sub(lambda found: "0" * len(found[0]), text)


def shorter(value, key=None):
    """A value whose long texts are cut; pictures, signatures and embedded JSON stay whole."""
    if isinstance(value, dict):
        return {name: shorter(member, name) for name, member in value.items()}
    if isinstance(value, list):
        return [shorter(member, key) for member in value]
    whole = key in ("data", "image_url", "signature", "encrypted_content", "user_id", "arguments")
    if not isinstance(value, str) or len(value) <= LONGEST or whole:
        return value
    if value.startswith("{"):
        return value  # JSON within a text: cut, it would be none.
    return value[:LONGEST] + "…"


def without_descriptions(schema):
    """A tool's schema without its prose."""
    if isinstance(schema, list):
        return [without_descriptions(member) for member in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: without_descriptions(member)
        for name, member in schema.items()
        if not (name == "description" and isinstance(member, str))
    }


def trimmed(body):
    """A body that is small enough to keep."""

    def tool(value):
        for name in ("input_schema", "parameters"):
            if name in value:
                value[name] = without_descriptions(value[name])
        for member in value.get("tools", []):
            tool(member)

    body = shorter(body)
    items = body.get("input") if isinstance(body.get("input"), list) else []
    for owner in [body, *items]:
        for value in owner.get("tools") or []:
            tool(value)
    return body


def record(name, request, project):
    """Keeps a request under that name."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    headers = {key: value for key, value in request.headers.items() if HEADERS.fullmatch(key)}
    whole = {"path": request.path, "headers": headers, "body": request.json}
    whole = json.loads(anonymous(json.dumps(whole, ensure_ascii=False), project))
    whole["body"] = trimmed(whole["body"])
    text = json.dumps(whole, indent=1, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(text + "\n")
