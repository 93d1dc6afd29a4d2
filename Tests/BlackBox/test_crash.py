"""Kill -9 under load, fifty times: what a client saw is in the log, and nothing counts twice."""

import os
import subprocess
import sys

import pytest

from gateway import REPOSITORY, binary

ROUNDS = 50


@pytest.mark.timeout(1800)
def test_no_answer_that_a_client_saw_is_lost_in_fifty_crashes():
    result = subprocess.run(
        [sys.executable, REPOSITORY / "tools" / "crash-test", str(ROUNDS)],
        capture_output=True,
        text=True,
        env={**os.environ, "LOGWAY_BINARY": binary()},
    )
    print(result.stdout)  # The seed, above all.
    assert result.returncode == 0, result.stdout + result.stderr
