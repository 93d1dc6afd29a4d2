"""llama.cpp's server as a process, in the environment that $REAL_LLAMA names."""

import contextlib
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).parent


def folder():
    return pathlib.Path(os.environ["REAL_LLAMA"])


def python():
    return folder() / "bin" / "python"


@contextlib.contextmanager
def server(*model):
    """The address of a server with that model file, else with Gemma."""
    log = folder() / "server.txt"
    with open(log, "wb") as errors:
        process = subprocess.Popen(
            [python(), HERE / "llama_server.py", folder(), *model],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http"), log.read_text()
        yield address
    finally:
        process.kill()
        process.wait(20)


def scripted(path, call, result, final):
    """Writes a model whose words are these, see scripted_model.py."""
    subprocess.run([python(), HERE / "scripted_model.py", path, call, result, final], check=True)
    return path
