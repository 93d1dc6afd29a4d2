"""LangChain, LlamaIndex, instructor and LiteLLM: each by the APIs of three vendors."""

import asyncio

import anthropic
import instructor
import litellm
import openai
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_ollama import ChatOllama
from langchain_openai import ChatOpenAI
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.ollama import Ollama as IndexOllama
from llama_index.llms.openai_like import OpenAILike

from scenarios import STREAMED, TOOLS, TYPED, Adder, Sum, scenario

litellm.telemetry = False

# LangChain.

LANGCHAIN = {
    "langchain-openai": lambda url, model: ChatOpenAI(
        model=model, base_url=url + "/v1", api_key="any", max_retries=0
    ),
    "langchain-openai (responses)": lambda url, model: ChatOpenAI(
        model=model, base_url=url + "/v1", api_key="any", max_retries=0, use_responses_api=True
    ),
    "langchain-anthropic": lambda url, model: ChatAnthropic(
        model=model, base_url=url, api_key="any", max_retries=0
    ),
    "langchain-ollama": lambda url, model: ChatOllama(model=model, base_url=url),
}


def langchain(name, make):
    @scenario(name, "tools")
    def tools(url, model):
        adder = Adder()

        @tool
        def add(a: int, b: int) -> int:
            """Adds two numbers."""
            return adder(a, b)

        chat = make(url, model).bind_tools([add])
        history = [HumanMessage(TOOLS)]
        history.append(chat.invoke(history))
        for call in history[-1].tool_calls:
            result = str(add.invoke(call["args"]))
            history.append(ToolMessage(result, tool_call_id=call["id"]))
        return adder.calls, chat.invoke(history).text

    @scenario(name, "typed")
    def typed(url, model):
        return make(url, model).with_structured_output(Sum).invoke(TYPED).sum

    @scenario(name, "streamed")
    def streamed(url, model):
        return [piece.text for piece in make(url, model).stream(STREAMED) if piece.text]


for name, make in LANGCHAIN.items():
    langchain(name, make)

# LlamaIndex.

INDEX = {
    "llama-index (openai-like)": lambda url, model: OpenAILike(
        model=model,
        api_base=url + "/v1",
        api_key="any",
        is_chat_model=True,
        is_function_calling_model=True,
        max_retries=0,
    ),
    "llama-index (ollama)": lambda url, model: IndexOllama(
        model=model, base_url=url, request_timeout=60
    ),
}


def llama_index(name, make):
    @scenario(name, "tools")
    def tools(url, model):
        adder = Adder()

        def add(a: int, b: int) -> int:
            """Adds two numbers."""
            return adder(a, b)

        async def main():
            agent = FunctionAgent(
                tools=[FunctionTool.from_defaults(add)], llm=make(url, model), streaming=True
            )
            return str(await agent.run(user_msg=TOOLS))

        answer = asyncio.run(main())
        return adder.calls, answer

    @scenario(name, "typed")
    def typed(url, model):
        structured = make(url, model).as_structured_llm(Sum)
        return structured.chat([ChatMessage(role="user", content=TYPED)]).raw.sum

    @scenario(name, "streamed")
    def streamed(url, model):
        pieces = make(url, model).stream_chat([ChatMessage(role="user", content=STREAMED)])
        return [piece.delta for piece in pieces if piece.delta]


for name, make in INDEX.items():
    llama_index(name, make)

# Instructor.


def by_openai(mode):
    def make(url, model):
        client = openai.OpenAI(base_url=url + "/v1", api_key="any", max_retries=0)
        return instructor.from_openai(client, mode=mode)

    return make


def by_anthropic(mode):
    def make(url, model):
        client = anthropic.Anthropic(base_url=url, api_key="any", max_retries=0)
        return instructor.from_anthropic(client, mode=mode)

    return make


INSTRUCTOR = {
    "instructor (openai, tools)": by_openai(instructor.Mode.TOOLS),
    "instructor (openai, JSON schema)": by_openai(instructor.Mode.JSON_SCHEMA),
    "instructor (anthropic, tools)": by_anthropic(instructor.Mode.ANTHROPIC_TOOLS),
}


def instructed(name, make):
    @scenario(name, "typed")
    def typed(url, model):
        made = make(url, model).create(
            model=model,
            response_model=Sum,
            messages=[{"role": "user", "content": TYPED}],
            max_tokens=100,
            max_retries=0,
        )
        return made.sum


for name, make in INSTRUCTOR.items():
    instructed(name, make)

# LiteLLM as a client.

LITELLM = {
    "litellm (openai)": lambda url, model: {
        "model": f"openai/{model}",
        "api_base": url + "/v1",
        "api_key": "any",
    },
    "litellm (anthropic)": lambda url, model: {
        "model": f"anthropic/{model}",
        "api_base": url,
        "api_key": "any",
    },
    "litellm (ollama_chat)": lambda url, model: {
        "model": f"ollama_chat/{model}",
        "api_base": url,
    },
}
ADD = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Adds two numbers.",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
        },
    },
}


def by_litellm(name, options):
    @scenario(name, "tools")
    def tools(url, model):
        adder = Adder()
        history = [{"role": "user", "content": TOOLS}]
        first = litellm.completion(messages=history, tools=[ADD], **options(url, model))
        message = first.choices[0].message
        history.append(message.model_dump(exclude_none=True))
        for call in message.tool_calls:
            result = adder(**litellm.utils.json.loads(call.function.arguments))
            history.append({"role": "tool", "tool_call_id": call.id, "content": str(result)})
        last = litellm.completion(messages=history, tools=[ADD], **options(url, model))
        return adder.calls, last.choices[0].message.content

    @scenario(name, "typed")
    def typed(url, model):
        answer = litellm.completion(
            messages=[{"role": "user", "content": TYPED}],
            response_format=Sum,
            **options(url, model),
        )
        return Sum.model_validate_json(answer.choices[0].message.content).sum

    @scenario(name, "streamed")
    def streamed(url, model):
        chunks = litellm.completion(
            messages=[{"role": "user", "content": STREAMED}], stream=True, **options(url, model)
        )
        pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
        return [piece for piece in pieces if piece]


for name, options in LITELLM.items():
    by_litellm(name, options)
