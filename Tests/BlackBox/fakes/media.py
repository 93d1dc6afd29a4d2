"""OpenAI's endpoints that are no chats: files, pictures, sound, moderations, and rankings as Jina has them.

Written from OpenAI's API reference as of November 2026. A key sees the files alone that were uploaded with
it, as a project's does.
"""

import email.parser
import email.policy
import itertools
import json

from .openai import OpenAIProvider, error
from .server import stream, whole

PICTURE = "iVBORw0KGgo="
SOUND = bytes(range(256)) * 8


def form(request):
    """The fields of a multipart form, and its files as pairs of name and bytes."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise ValueError(f"not a form: {kind}")
    text = f"content-type: {kind}\r\n\r\n".encode() + request.body
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(text)
    if message.defects:
        raise ValueError(f"a broken form: {message.defects}")
    fields, files = {}, {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename():
            files[name] = (part.get_filename(), part.get_payload(decode=True))
        else:
            fields[name] = part.get_payload(decode=True).decode()
    return fields, files


class MediaProvider(OpenAIProvider):
    """A provider that has them all."""

    numbers = itertools.count(1)

    def __init__(self, models=("gpt-x", "image-x", "whisper-x", "tts-x"), text="four"):
        super().__init__(models, text)
        self.files = {}

    def of_key(self, request):
        return self.files.setdefault(request.headers.get("authorization"), {})

    def look_up(self, request):
        path = request.path.partition("?")[0].removeprefix("/v1/")
        if path == "files":
            data = [meta for meta, _ in self.of_key(request).values()]
            return whole({"object": "list", "data": data, "has_more": False})
        if path.startswith("files/"):
            return self.file(request, path.removeprefix("files/"))
        return super().look_up(request)

    def file(self, request, path):
        id, _, content = path.partition("/")
        kept = self.of_key(request)
        if id not in kept:
            return error(404, f"No such File object: {id}", "invalid_request_error")
        meta, data = kept[id]
        if request.method == "DELETE":
            del kept[id]
            return whole({"id": id, "object": "file", "deleted": True})
        if content:
            return stream([data[:5], data[5:]], "application/octet-stream")
        return whole(meta)

    def answer(self, request):
        path = request.path.partition("?")[0].removeprefix("/v1/")
        if path.startswith("files/"):
            return self.file(request, path.removeprefix("files/"))
        try:
            handle = {
                "files": self.upload, "images/generations": self.picture,
                "images/edits": self.edit, "images/variations": self.edit,
                "audio/transcriptions": self.transcript, "audio/translations": self.transcript,
                "audio/speech": self.speech, "moderations": self.moderation, "rerank": self.rank,
            }[path]  # fmt: skip
        except KeyError:
            return super().answer(request)
        try:
            return handle(request)
        except (ValueError, KeyError, AssertionError) as fault:
            return error(400, f"bad request: {fault!r}", "invalid_request_error")

    def upload(self, request):
        fields, files = form(request)
        name, data = files["file"]
        meta = {
            "id": f"file-{next(self.numbers)}", "object": "file", "bytes": len(data),
            "created_at": 1767225600, "filename": name, "purpose": fields["purpose"],
            "status": "processed",
        }  # fmt: skip
        self.of_key(request)[meta["id"]] = (meta, data)
        return whole(meta)

    def picture(self, request):
        body = request.json
        assert body["prompt"]
        if body.get("stream"):
            events = [b'event: image_generation.partial_image\ndata: {"b64_json":"aaaa"}\n\n']
            events += [b'event: image_generation.completed\ndata: {"b64_json":"bbbb"}\n\n']
            return stream(events)
        return whole({"created": 1767225600, "data": [{"b64_json": PICTURE}] * body.get("n", 1)})

    def edit(self, request):
        _, files = form(request)
        assert files["image"][1].startswith(b"\x89PNG")
        return whole({"created": 1767225600, "data": [{"b64_json": PICTURE}]})

    def transcript(self, request):
        fields, files = form(request)
        text = f"{fields['model']} heard {len(files['file'][1])} bytes"
        if fields.get("response_format") == "text":
            return whole(text.encode(), headers={"content-type": "text/plain; charset=utf-8"})
        return whole({"text": text})

    def speech(self, request):
        assert request.json["voice"] and request.json["input"]
        return stream([SOUND[:1000], SOUND[1000:]], "audio/mpeg")

    def moderation(self, request):
        flagged = "harm" in json.dumps(request.json["input"])
        result = {"flagged": flagged, "categories": {}, "category_scores": {}}
        return whole({"id": "modr-1", "model": "omni", "results": [result]})

    def rank(self, request):
        count = len(request.json["documents"])
        results = [{"index": n, "relevance_score": 1 / (n + 1)} for n in range(count)]
        return whole({"model": request.json["model"], "results": results})
