"""What the reading commands make of their options, and of a world that is not as it should be."""

import subprocess

import pytest

from conftest import ask, http_client, id_of, openai_client
from gateway import Gateway, binary

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
                timeout=30,
            )
        assert result.returncode == FAILED, arguments
        assert "can't be written" in result.stderr
        assert "No space left" in result.stderr
