"""Requests whose answers are mutated: the prompt carries the case's number, which the upstream reads."""

import json
import re
import time

from client_cases import GOOD, PAUSE, Case
from wire import family_of

NUMBER = re.compile(rb"fuzz-(\d+)-")
PROVIDERS_EACH = 28
"""Providers of each dialect, each asked by one client at a time while they last: an answer such as 401 ends one for an
hour, one such as 429 for as long as it says."""
DIALECTS = {"o": "openai", "r": "openai", "c": "claude", "l": "ollama", "g": "google"}
"""By the first letter of their names; `r` is OpenAI's responses."""
FAILURES_IN_A_ROW = 3
"""Then a good answer is given: five open a provider's breaker, and nobody would ask it."""
REST = 10.0
"""Seconds for which a provider is left alone that just failed to give a good answer: its breaker may be open."""
FEW = PROVIDERS_EACH // 4
"""So few providers of a dialect are left that a new log is worth its seconds."""
SHORTEST = 10.0
"""Seconds that a log lasts at least, whatever a busy machine does to its providers."""


def _templates():
    text = "fuzz-@@-"
    chat = {"messages": [{"role": "user", "content": text}]}
    function = {"name": "add", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}}
    tools = [{"type": "function", "function": function}]
    for streams in (False, True):
        yield "/v1/chat/completions", chat | {"stream": streams, "tools": tools, "max_tokens": 50}
        yield "/v1/messages", chat | {"stream": streams, "max_tokens": 50}
        yield "/v1/responses", {"input": text, "stream": streams}
        yield "/api/chat", chat | {"stream": streams}
        yield "/v1/completions", {"prompt": text, "stream": streams}
        yield "/api/generate", {"prompt": text, "stream": streams}
    contents = {"contents": [{"role": "user", "parts": [{"text": text}]}]}
    yield "/v1beta/models/%%:generateContent", contents
    yield "/v1beta/models/%%:streamGenerateContent?alt=sse", contents
    yield "/v1/embeddings", {"input": [text, "b"]}
    yield "/api/embed", {"input": text}
    yield "/v1/messages/count_tokens", chat


class AnswerCases:
    """Makes the request of each number, and knows which providers can still be asked."""

    def __init__(self):
        self.templates = []
        for path, body in _templates():
            body = json.dumps(body if "%%" in path else {"model": "%%", **body}).encode()
            self.templates.append((path.encode(), body))
        self.restarted()

    def restarted(self):
        """Everybody can be asked again."""
        self.failures = {}
        self.asked = {}
        self.busy = set()
        self.waiting = []
        """Numbers to come, the last one first."""
        self.later = []
        """Numbers of a dialect of which nobody could be asked."""
        self.resting = {}
        """Until when a provider rests, by its name."""
        self.spent = False
        """Whether too few providers of a dialect can be asked."""
        self.begun = time.monotonic()

    def make(self, number, draw):
        """The case of a number; `None` while every provider of its dialect rests."""
        path, body = draw.choice(self.templates)
        letter = draw.choice("ooorccclllggg")
        if b"embed" in path or b"count_tokens" in path:
            letter = "c" if b"count_tokens" in path else draw.choice("olg")
        names = [f"{letter}{n}" for n in range(PROVIDERS_EACH)]
        first = draw.randrange(len(names))
        # One at a time, so that failures in a row are counted as the gateway counts them.
        turned = names[first:] + names[:first]
        now = time.monotonic()
        awake = [name for name in turned if self.resting.get(name, 0) <= now]
        if len(awake) < FEW and now - self.begun > SHORTEST:
            self.spent = True
        if not awake:
            return None
        name = next((name for name in awake if name not in self.busy), awake[0])
        if self.failures.get(name, 0) >= FAILURES_IN_A_ROW:
            # So that the next one is asked; the number stays the case's own.
            number += GOOD
            path, body = self.templates[0]
        self.asked[number] = name
        self.busy.add(name)
        model = {"o": "gpt-x", "r": "gpt-r", "c": "claude-x", "l": "llama-x", "g": "gemini-x"}[letter]
        wanted = f"{name}:{model}".encode()
        body = body.replace(b"%%", wanted).replace(b"@@", b"%d" % number)
        path = path.replace(b"%%", wanted)
        head = b"POST %s HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        return Case(number, [head % (path, len(body)) + body], ["POST"], [family_of(path.decode())], True, False)

    def flow(self, numbers, draw):
        """The cases of the numbers, and of those again in whose place a good answer was asked for, until ``spent``.

        `PAUSE` where every provider that is left to ask rests. What was not yielded is in ``rest``.
        """
        self.waiting += reversed(numbers)
        while not self.spent:
            if self.waiting:
                number = self.waiting.pop()
                case = self.make(number, draw(number))
                if case:
                    yield case
                else:
                    self.later.append(number)
            elif self.later:
                yield PAUSE
                self.waiting, self.later = self.later[::-1], self.waiting
            else:
                return

    def rest(self):
        """The numbers that were not asked, in order."""
        return self.later + self.waiting[::-1]

    def over(self, case, answers):
        """Counts failures; a provider that gives no good answer rests."""
        name = self.asked.pop(case.number, None)
        if name is None:
            return  # From a file.
        self.busy.discard(name)
        if case.number >= GOOD:
            self.waiting.append(case.number - GOOD)
        answer = answers[0] if answers else None
        if answer is None or (answer.status != 200 or b'"error"' in answer.body):
            self.failures[name] = self.failures.get(name, 0) + 1
            if case.number >= GOOD:
                self.resting[name] = time.monotonic() + REST
        else:
            self.failures[name] = 0
