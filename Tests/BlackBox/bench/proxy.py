"""Logway beside nginx as a bare reverse proxy and beside direct calls, interleaved in one run.

Started by tools/bench, which installs and builds what this needs.
"""

import argparse
import json
import pathlib
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from gateway import Gateway, binary, eventually  # noqa: E402

PATH = "/v1/chat/completions"
ANSWER = {
    "id": "chatcmpl-bench",
    "object": "chat.completion",
    "created": 1767225600,
    "model": "bench",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "Paris, the capital of France, has about two million inhabitants.",
            },
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 30, "completion_tokens": 14, "total_tokens": 44},
}
MODELS = {"object": "list", "data": [{"id": "bench", "object": "model"}]}
TARGETS = ["direct", "nginx", "logway"]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def nginx_program():
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


class Nginx:
    """An nginx with one server, in a folder of its own."""

    def __init__(self, folder, server, upstream=""):
        folder.mkdir()
        self.port = free_port()
        configuration = folder / "nginx.conf"
        configuration.write_text(
            f"""
            daemon off;
            worker_processes auto;
            worker_rlimit_nofile 8192;
            pid {folder}/pid;
            error_log {folder}/error.log;
            events {{ worker_connections 4096; }}
            http {{
                access_log off;
                keepalive_requests 1000000000;
                keepalive_timeout 600s;
                client_body_temp_path {folder}/body;
                proxy_temp_path {folder}/proxy;
                fastcgi_temp_path {folder}/fastcgi;
                uwsgi_temp_path {folder}/uwsgi;
                scgi_temp_path {folder}/scgi;
                {upstream}
                server {{
                    listen 127.0.0.1:{self.port} backlog=1024;
                    default_type application/json;
                    {server}
                }}
            }}
            """
        )
        self.process = subprocess.Popen(
            [nginx_program(), "-p", folder, "-c", configuration, "-e", folder / "error.log"],
            stdin=subprocess.DEVNULL,
        )
        wait_for(self.port)

    @classmethod
    def upstream(cls, folder):
        """Answers at once."""
        return cls(
            folder,
            f"""
            location = {PATH} {{ return 200 '{json.dumps(ANSWER)}'; }}
            location = /v1/models {{ return 200 '{json.dumps(MODELS)}'; }}
            """,
        )

    @classmethod
    def proxy(cls, folder, port):
        """A bare reverse proxy that keeps its connections."""
        return cls(
            folder,
            """
            location / {
                proxy_pass http://upstream;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
            }
            """,
            f"""
            upstream upstream {{
                server 127.0.0.1:{port};
                keepalive 256;
                keepalive_requests 1000000000;
                keepalive_timeout 600s;
            }}
            """,
        )

    def close(self):
        self.process.terminate()
        self.process.wait(10)


class DelayedUpstream:
    """Answers after a fixed time; a C program, so that it takes little of the machine."""

    def __init__(self, folder, milliseconds):
        folder.mkdir()
        program = folder / "upstream"
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        subprocess.run([compiler, "-O2", "-o", program, HERE / "upstream.c"], check=True)
        (folder / "answer").write_text(json.dumps(ANSWER))
        (folder / "models").write_text(json.dumps(MODELS))
        self.process = subprocess.Popen(
            [program, str(milliseconds * 1000), folder / "answer", folder / "models"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        self.port = int(self.process.stdout.readline())

    def close(self):
        self.process.kill()
        self.process.wait(10)


def wait_for(port):
    def open_port():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    eventually(open_port, f"nothing listens on port {port}")


class Stand:
    """An upstream with everything in front of it."""

    def __init__(self, folder, milliseconds):
        folder.mkdir()
        self.milliseconds = milliseconds
        self.things = []
        self.upstream = self.keep(
            DelayedUpstream(folder / "upstream", milliseconds)
            if milliseconds
            else Nginx.upstream(folder / "upstream")
        )
        proxy = self.keep(Nginx.proxy(folder / "proxy", self.upstream.port))
        provider = {
            "type": "openai",
            "name": "upstream",
            "baseUrl": f"http://127.0.0.1:{self.upstream.port}/v1",
            "apiKey": "none",
            "models": ["bench"],
            "costPer1MTokens": {"input": 3, "output": 15},
        }
        config = {"providers": [provider], "log": {"durability": "group"}}
        self.gateway = self.keep(Gateway(folder / "logway", config).start())
        self.urls = {
            "direct": f"http://127.0.0.1:{self.upstream.port}{PATH}",
            "nginx": f"http://127.0.0.1:{proxy.port}{PATH}",
            "logway": self.gateway.url + PATH,
        }
        self.sent = 0

    def keep(self, thing):
        self.things.append(thing)
        return thing

    def check(self):
        """Each target gives the same answer, or the comparison means nothing."""
        body = b'{"model":"bench","messages":[{"role":"user","content":"Hi"}]}'
        for target, url in self.urls.items():
            headers = {"content-type": "application/json"}
            with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
                if json.load(answer) != ANSWER:
                    sys.exit(f"{target} gives another answer")

    def run(self, target, connections, seconds):
        threads = min(2, connections)
        command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency"]
        command += ["--timeout", "10s", "-s", HERE / "post.lua", self.urls[target]]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        figures = json.loads(result.stderr.strip().splitlines()[-1])
        if figures["errors"]:
            sys.exit(f"{figures['errors']} errors of {target} at {connections} connections")
        if target == "logway":
            self.sent += figures["requests"]
        figures["throughput"] = figures["requests"] * 1e6 / figures["microseconds"]
        return figures

    def check_log(self):
        """The log was on: it holds an outcome of every answer that was counted."""
        self.gateway.stop()
        counts = json.loads(self.gateway.ask("log", "stats", "--json"))["by_type"]
        completed = counts["RequestCompleted"]
        if completed < self.sent:
            sys.exit(f"{self.sent} answers, but only {completed} in the log")
        verified = self.gateway.run("log", "verify", timeout=600)
        if verified.returncode:
            sys.exit(f"the log does not verify: {verified.stdout}")
        return completed

    def close(self):
        for thing in reversed(self.things):
            thing.close()


def measure(stand, options):
    """Rows of figures: each the median over the rounds of one target at one load."""
    rows = []
    for connections in options.connections:
        for target in TARGETS:
            stand.run(target, connections, 1)
        figures = {target: [] for target in TARGETS}
        for number in range(options.rounds):
            # Each round begins with another target: what warms up or tires hits all alike.
            shift = number % len(TARGETS)
            for target in TARGETS[shift:] + TARGETS[:shift]:
                figures[target].append(stand.run(target, connections, options.seconds))
        for target in TARGETS:
            rows.append(
                {
                    "delay_ms": stand.milliseconds,
                    "connections": connections,
                    "target": target,
                    **{
                        name: statistics.median(f[name] for f in figures[target])
                        for name in ("throughput", "p50", "p99")
                    },
                }
            )
    return rows


def table(rows):
    """The rows in Markdown, with ratios to nginx at the same load."""
    nginx = {(r["delay_ms"], r["connections"]): r for r in rows if r["target"] == "nginx"}
    lines = [
        "| upstream | connections | target | requests/s | × nginx | p50 µs | × nginx | p99 µs |"
        " × nginx |",
        "|---|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        bare = nginx[row["delay_ms"], row["connections"]]
        upstream = f"{row['delay_ms']} ms" if row["delay_ms"] else "instant"
        cells = [upstream, str(row["connections"]), row["target"]]
        for name in ("throughput", "p50", "p99"):
            cells += [f"{row[name]:,.0f}", f"{row[name] / bare[name]:.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def machine():
    with open("/proc/cpuinfo") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    nginx = subprocess.run([nginx_program(), "-v"], capture_output=True, text=True).stderr.strip()
    processor = models[0] if models else platform.machine()
    return [
        f"{len(models)} × {processor}, Linux {platform.release()}",
        f"{nginx}; {binary()}",
    ]


def numbers(text):
    return [int(part) for part in text.split(",")]


def main():
    parser = argparse.ArgumentParser(prog="tools/bench", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of each target in each round")
    parser.add_argument("--connections", type=numbers, default=[1, 32, 128])
    parser.add_argument("--delays", type=numbers, default=[0, 20], help="of upstream, in ms")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures there as well")
    options = parser.parse_args()
    print(*machine(), sep="\n")
    print(
        f"{options.rounds} rounds of {options.seconds} s; medians over rounds; "
        "log.durability: group",
        flush=True,
    )
    rows = []
    with tempfile.TemporaryDirectory(prefix="logway-bench-") as folder:
        for delay in options.delays:
            stand = None
            try:
                stand = Stand(pathlib.Path(folder) / f"{delay}ms", delay)
                stand.check()
                rows += measure(stand, options)
                print(f"upstream of {delay} ms: {stand.check_log():,} requests in the log, whole")
            finally:
                if stand:
                    stand.close()
    print()
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    begin = time.monotonic()
    main()
    print(f"\nafter {time.monotonic() - begin:.0f} s")
