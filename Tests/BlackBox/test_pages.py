"""Web pages and names of machines: who may use the gateway, and what their browsers are told."""

import html
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
import os
import re
import shutil
import subprocess
import threading

import pytest

from conftest import http_client, provider
from fakes.openai import error
from gateway import PATIENCE
from test_openai_client import user

PAGE = "http://localhost:3000"
ASKS = {
    "origin": PAGE,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,x-stainless-lang",
}
CHAT = {"model": "gpt-x", "messages": user()}


@pytest.fixture
def http(house):
    with http_client(house.gateway) as client:
        yield client


def names(answer, header):
    return {name.strip().lower() for name in answer.headers[header].split(",")}


# Pages.


@pytest.mark.parametrize(
    "origin",
    [PAGE, "http://127.0.0.1:4711", "https://localhost", "http://[::1]:3000",
     "http://app.localhost:5173", "vscode-webview://1a2b", "chrome-extension://abcdef",
     "app://obsidian.md", "tauri://localhost"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/api/chat", "/v1/nothing"])
def test_a_browser_hears_that_its_page_may_ask(http, origin, path):
    answer = http.options(path, headers=ASKS | {"origin": origin})
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-length" not in answer.headers
    assert answer.headers["access-control-allow-origin"] == origin
    assert {"get", "post", "delete"} <= names(answer, "access-control-allow-methods")
    assert names(answer, "access-control-allow-headers") == {
        "authorization", "content-type", "x-stainless-lang",
    }  # fmt: skip
    assert int(answer.headers["access-control-max-age"]) > 0
    assert "origin" in names(answer, "vary")
    assert "access-control-allow-private-network" not in answer.headers


def test_a_page_of_another_network_is_told_that_it_may_ask_a_private_one(http):
    asks = ASKS | {"access-control-request-private-network": "true"}
    answer = http.options("/v1/models", headers=asks)
    assert answer.headers["access-control-allow-private-network"] == "true"


def test_headers_without_end_are_not_repeated(http):
    asks = ASKS | {"access-control-request-headers": ",".join(["x-a"] * 5000)}
    answer = http.options("/v1/models", headers=asks)
    assert "authorization" in names(answer, "access-control-allow-headers")
    assert "x-a" not in names(answer, "access-control-allow-headers")


@pytest.mark.parametrize("streamed", [False, True])
def test_a_page_may_read_an_answer_and_its_headers(http, streamed):
    answer = http.post(
        "/v1/chat/completions", json=CHAT | {"stream": streamed}, headers={"origin": PAGE}
    )
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, PAGE)
    told = names(answer, "access-control-expose-headers")
    assert {"x-logway-request-id", "x-logway-provider", "x-logway-model"} <= told
    assert streamed or "x-logway-cost-usd" in told


def test_a_page_may_read_errors(fake, gateway):
    page, limited = {"origin": PAGE}, fake()
    limited.will(error(429, "slow down", headers={"retry-after": "7"}))
    with http_client(gateway([provider("o", limited)])) as http:
        answers = [
            http.post("/v1/chat/completions", content=b"{", headers=page),
            http.post("/v1/chat/completions", json=CHAT, headers=page),
            http.get("/v1/nothing", headers=page),
            http.get("/v1/messages", headers=page),
            http.post("/v1/feedback", json={}, headers=page),
        ]
    assert [answer.status_code for answer in answers] == [400, 429, 404, 405, 400]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == PAGE
    assert "retry-after" in names(answers[1], "access-control-expose-headers")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_a_page_of_a_website_is_refused_and_may_not_read_why(house, http, origin):
    before = len(house.openai.requests)
    for answer in (
        http.options("/v1/chat/completions", headers=ASKS | {"origin": origin}),
        http.post("/v1/chat/completions", json=CHAT, headers={"origin": origin}),
        http.get("/v1/models", headers={"origin": origin}),
    ):
        assert answer.status_code == 403
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert "server.origins" in answer.json()["error"]["message"]
    assert len(house.openai.requests) == before


def test_programs_are_told_nothing_of_it(http):
    answer = http.post("/v1/chat/completions", json=CHAT)
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_websites_that_the_configuration_names_may_ask(fake, gateway):
    made = gateway(
        [provider("o", fake())],
        server={"origins": ["https://chat.example", "https://*.team.example:8443"]},
    )
    with http_client(made) as client:
        for origin, status in {
            "https://chat.example": 204,
            "https://chat.example:443": 204,
            "https://a.team.example:8443": 204,
            "http://chat.example": 403,
            "https://team.example:8443": 403,
            "https://a.team.example": 403,
        }.items():
            answer = client.options("/v1/models", headers=ASKS | {"origin": origin})
            assert answer.status_code == status, origin


# Names.


@pytest.mark.parametrize(
    "host", ["host.docker.internal:8080", "server.local", "a.b.localhost:1", "LOCALHOST.", "10.0.0.2"]
)
def test_names_that_no_website_has_are_this_machine_s(http, host):
    assert http.get("/v1/models", headers={"host": host}).status_code == 200


def test_names_of_the_configuration_are_taken_and_others_told_what_to_do(fake, gateway):
    made = gateway([provider("o", fake())], server={"hosts": ["gateway", "*.lan.example"]})
    with http_client(made) as client:
        for host in ("gateway", "GATEWAY:8080", "gateway.", "a.lan.example:80"):
            assert client.get("/v1/models", headers={"host": host}).status_code == 200, host
        for host in ("lan.example", "gateway.example", "evil.example"):
            answer = client.get("/v1/models", headers={"host": host})
            assert answer.status_code == 403, host
            assert answer.json()["error"]["code"] == "foreign_host"
            assert "server.hosts" in answer.json()["error"]["message"]
            assert host in answer.json()["error"]["message"]


# A real browser.

SCRIPT = """
const base = %s, results = {};
async function look(name, path, options) {
  try {
    const answer = await fetch(base + path, options);
    results[name] = [answer.status, answer.headers.get('x-logway-request-id') !== null,
                     (await answer.text()).slice(0, 40)];
  } catch (problem) { results[name] = [0, false, String(problem)]; }
}
const json = {'content-type': 'application/json', 'authorization': 'Bearer any'};
const body = %s;
(async () => {
  await look('models', '/v1/models');
  await look('chat', '/v1/chat/completions',
    {method: 'POST', headers: {...json, 'x-stainless-os': 'x'}, body: JSON.stringify(body)});
  await look('stream', '/v1/chat/completions',
    {method: 'POST', headers: json, body: JSON.stringify({...body, stream: true})});
  await look('messages', '/v1/messages',
    {method: 'POST', headers: {...json, 'x-api-key': 'k', 'anthropic-version': '2023-06-01',
      'anthropic-dangerous-direct-browser-access': 'true'},
     body: JSON.stringify({...body, max_tokens: 9})});
  await look('ollama', '/api/tags');
  await look('error', '/v1/nothing', {method: 'DELETE', headers: json});
  document.title = 'done';
  document.getElementById('results').textContent = JSON.stringify(results);
})();
"""


class Site(ThreadingHTTPServer):
    """A site of this machine with one page."""

    def __init__(self, script):
        page = f"<!DOCTYPE html><pre id='results'></pre><script>{script}</script>".encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def browser():
    """Chromium, where it is installed."""
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    return next(filter(None, found), os.environ.get("CHROMIUM"))


def visited(page, folder):
    """What a page says after its script has run."""
    command = [
        browser(), "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom",
        "--virtual-time-budget=20000", f"--user-data-dir={folder}", page,
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    found = re.search(r"<pre id=.results.>(.+?)</pre>", run.stdout, re.DOTALL)
    assert found, run.stdout + run.stderr[-2000:]
    return json.loads(html.unescape(found[1]))


@pytest.mark.skipif(not browser(), reason="Chromium is not installed: apt-get install chromium")
def test_a_page_in_a_real_browser_uses_every_api(house, tmp_path):
    site = Site(SCRIPT % (json.dumps(house.gateway.url), json.dumps(CHAT)))
    page = f"http://localhost:{site.server_address[1]}/"
    try:
        results = visited(page, tmp_path)
    finally:
        site.shutdown()
    assert {name: result[0] for name, result in results.items()} == {
        "models": 200, "chat": 200, "stream": 200, "messages": 200, "ollama": 200, "error": 404,
    }, results  # fmt: skip
    assert results["chat"][1] and results["stream"][1], "headers of answers are readable"
