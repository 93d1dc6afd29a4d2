"""An MCP server over standard input and output with one tool, `moon`, that knows one thing."""

import json
import sys

TOOL = {
    "name": "moon",
    "description": "The phase of the moon on a day.",
    "inputSchema": {
        "type": "object",
        "properties": {"day": {"type": "string", "description": "as 2026-11-29"}},
        "required": ["day"],
    },
}


def answer(message):
    """The result of a request."""
    match message["method"]:
        case "initialize":
            return {
                "protocolVersion": message["params"]["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "sky", "version": "1"},
            }
        case "tools/list":
            return {"tools": [TOOL]}
        case "tools/call":
            day = message["params"]["arguments"]["day"]
            return {"content": [{"type": "text", "text": f"on {day} the moon is waning gibbous"}]}
        case _:
            return {}


for line in sys.stdin:
    message = json.loads(line)
    if "id" in message:
        reply = {"jsonrpc": "2.0", "id": message["id"], "result": answer(message)}
        print(json.dumps(reply), flush=True)
