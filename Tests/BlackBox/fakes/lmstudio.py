"""LM Studio: OpenAI's family under /v1, and beside it an API of its own that loads models."""

from .openai import OpenAIProvider, error
from .server import whole


class LMStudioProvider(OpenAIProvider):
    """Answers chat completions, and keeps which instances of its models are loaded."""

    def __init__(self, models=("qwen3-8b",), text="four"):
        super().__init__(models, text)
        self.loaded = {}
        """The ids of instances, by model."""
        self.kinds = {}
        """What each model is, where it is no `llm`."""
        self.pages["/api/v0/models"] = lambda request: whole(
            {"object": "list", "data": self.states()}
        )
        self.pages["/api/v1/models"] = lambda request: whole({"models": self.own_list()})

    def states(self):
        """The list of version 0 of its API, which tells what is loaded."""
        lines = []
        for model in self.models:
            line = {
                "id": model, "object": "model", "type": self.kinds.get(model, "llm"),
                "publisher": "fake", "arch": "fake", "compatibility_type": "gguf",
                "quantization": "Q4_K_M", "state": "not-loaded", "max_context_length": 40960,
            }  # fmt: skip
            if self.loaded.get(model):
                line |= {"state": "loaded", "loaded_context_length": 4096}
            lines.append(line)
        return lines

    def own_list(self):
        return [
            {
                "key": model,
                "type": "llm",
                "max_context_length": 40960,
                "loaded_instances": [
                    {"id": id, "config": {"context_length": 4096}}
                    for id in self.loaded.get(model, [])
                ],
            }
            for model in self.models
        ]

    def answer(self, request):
        if request.path == "/api/v1/models/load":
            model = request.json["model"]
            if model not in self.models:
                return error(404, "no such model", "not_found", "model_not_found")
            instances = self.loaded.setdefault(model, [])
            instances.append(model if not instances else f"{model}:{len(instances) + 1}")
            return whole({"type": "llm", "instance_id": instances[-1], "status": "loaded"})
        if request.path == "/api/v1/models/unload":
            id = request.json["instance_id"]
            for instances in self.loaded.values():
                if id in instances:
                    instances.remove(id)
                    return whole({"instance_id": id})
            return error(404, "no such instance", "not_found")
        return super().answer(request)
