"""What docs/agents.md tells users to type, so that tests can type it."""

import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "agents.md"
ADDRESS = "http://127.0.0.1:8080"


def blocks(heading, url):
    """The blocks below a heading, with the gateway's real address."""
    section = PAGE.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^```\w+\n(.*?)^```$", section, re.M | re.S)
    assert found, heading
    return [block.replace(ADDRESS, url) for block in found]


def headings():
    return re.findall(r"^## (.*)$", PAGE.read_text(), re.M)
