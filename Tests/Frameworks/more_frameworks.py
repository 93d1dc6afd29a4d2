"""Frameworks for agents: OpenAI's, smolagents, Haystack, Strands, Agno, Mirascope, DSPy."""

import asyncio

import agents
import dspy
import openai
import smolagents
import strands
from agno.agent import Agent as AgnoAgent
from agno.models.anthropic import Claude
from agno.models.ollama import Ollama as AgnoOllama
from agno.models.openai import OpenAIChat
from haystack.components.agents import Agent as HaystackAgent
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import create_tool_from_function
from haystack.utils import Secret
from mirascope import llm as mirascope
from strands.models.anthropic import AnthropicModel
from strands.models.ollama import OllamaModel
from strands.models.openai import OpenAIModel

from scenarios import STREAMED, TOOLS, TYPED, Adder, Sum, scenario

# OpenAI's own, by chat completions and by responses.

agents.set_tracing_disabled(True)


def by_openai(url):
    return openai.AsyncOpenAI(base_url=url + "/v1", api_key="any", max_retries=0)


OPENAI_AGENTS = {
    "openai-agents (chat)": lambda url, model: agents.OpenAIChatCompletionsModel(
        model=model, openai_client=by_openai(url)
    ),
    "openai-agents (responses)": lambda url, model: agents.OpenAIResponsesModel(
        model=model, openai_client=by_openai(url)
    ),
}


def openai_agents(name, make):
    @scenario(name, "tools")
    def tools(url, model):
        adder = Adder()

        @agents.function_tool
        def add(a: int, b: int) -> int:
            """Adds two numbers."""
            return adder(a, b)

        agent = agents.Agent(name="Adder", tools=[add], model=make(url, model))
        return adder.calls, asyncio.run(agents.Runner.run(agent, TOOLS)).final_output

    @scenario(name, "typed")
    def typed(url, model):
        agent = agents.Agent(name="Adder", output_type=Sum, model=make(url, model))
        return asyncio.run(agents.Runner.run(agent, TYPED)).final_output.sum

    @scenario(name, "streamed")
    def streamed(url, model):
        async def main():
            agent = agents.Agent(name="Counter", model=make(url, model))
            result = agents.Runner.run_streamed(agent, STREAMED)
            return [
                event.data.delta
                async for event in result.stream_events()
                if event.type == "raw_response_event"
                and event.data.type == "response.output_text.delta"
            ]

        return asyncio.run(main())


for name, make in OPENAI_AGENTS.items():
    openai_agents(name, make)

# Smolagents.


def smolagent(url, model):
    return smolagents.OpenAIModel(model_id=model, api_base=url + "/v1", api_key="any")


@scenario("smolagents", "tools")
def smolagents_tools(url, model):
    adder = Adder()

    @smolagents.tool
    def add(a: int, b: int) -> int:
        """Adds two numbers.

        Args:
            a: One of them.
            b: The other one.
        """
        return adder(a, b)

    agent = smolagents.ToolCallingAgent(
        tools=[add], model=smolagent(url, model), max_steps=4, verbosity_level=0
    )
    return adder.calls, str(agent.run(TOOLS))


@scenario("smolagents", "streamed")
def smolagents_streamed(url, model):
    content = [{"type": "text", "text": STREAMED}]
    messages = [smolagents.ChatMessage(role="user", content=content)]
    deltas = smolagent(url, model).generate_stream(messages)
    return [delta.content for delta in deltas if delta.content]


# Haystack.


def haystack(url, model, **options):
    return OpenAIChatGenerator(
        api_key=Secret.from_token("any"), model=model, api_base_url=url + "/v1", **options
    )


@scenario("haystack", "tools")
def haystack_tools(url, model):
    adder = Adder()

    def add(a: int, b: int) -> int:
        """Adds two numbers."""
        return adder(a, b)

    agent = HaystackAgent(
        chat_generator=haystack(url, model), tools=[create_tool_from_function(add)]
    )
    return adder.calls, agent.run(messages=[ChatMessage.from_user(TOOLS)])["messages"][-1].text


@scenario("haystack", "typed")
def haystack_typed(url, model):
    generator = haystack(url, model, generation_kwargs={"response_format": Sum})
    reply = generator.run(messages=[ChatMessage.from_user(TYPED)])["replies"][0]
    return Sum.model_validate_json(reply.text).sum


@scenario("haystack", "streamed")
def haystack_streamed(url, model):
    pieces = []

    def keep(chunk):
        if chunk.content:
            pieces.append(chunk.content)

    haystack(url, model, streaming_callback=keep).run(messages=[ChatMessage.from_user(STREAMED)])
    return pieces


# Strands.

STRANDS = {
    "strands (openai)": lambda url, model: OpenAIModel(
        client_args={"base_url": url + "/v1", "api_key": "any"}, model_id=model
    ),
    "strands (anthropic)": lambda url, model: AnthropicModel(
        client_args={"base_url": url, "api_key": "any"}, model_id=model, max_tokens=200
    ),
    "strands (ollama)": lambda url, model: OllamaModel(url, model_id=model),
}


def by_strands(name, make):
    @scenario(name, "tools")
    def tools(url, model):
        adder = Adder()

        @strands.tool
        def add(a: int, b: int) -> int:
            """Adds two numbers."""
            return adder(a, b)

        agent = strands.Agent(model=make(url, model), tools=[add], callback_handler=None)
        return adder.calls, str(agent(TOOLS))

    @scenario(name, "typed")
    def typed(url, model):
        agent = strands.Agent(model=make(url, model), callback_handler=None)
        return agent(TYPED, structured_output_model=Sum).structured_output.sum

    @scenario(name, "streamed")
    def streamed(url, model):
        async def main():
            agent = strands.Agent(model=make(url, model), callback_handler=None)
            return [e["data"] async for e in agent.stream_async(STREAMED) if "data" in e]

        return asyncio.run(main())


for name, make in STRANDS.items():
    by_strands(name, make)

# Agno.

AGNO = {
    "agno (openai)": lambda url, model: OpenAIChat(
        id=model, base_url=url + "/v1", api_key="any"
    ),
    "agno (anthropic)": lambda url, model: Claude(
        id=model, api_key="any", client_params={"base_url": url}
    ),
    "agno (ollama)": lambda url, model: AgnoOllama(id=model, host=url),
}


def by_agno(name, make):
    @scenario(name, "tools")
    def tools(url, model):
        adder = Adder()

        def add(a: int, b: int) -> int:
            """Adds two numbers."""
            return adder(a, b)

        agent = AgnoAgent(model=make(url, model), tools=[add], telemetry=False)
        return adder.calls, agent.run(TOOLS).content

    @scenario(name, "typed")
    def typed(url, model):
        agent = AgnoAgent(model=make(url, model), output_schema=Sum, telemetry=False)
        return agent.run(TYPED).content.sum

    @scenario(name, "streamed")
    def streamed(url, model):
        agent = AgnoAgent(model=make(url, model), telemetry=False)
        events = agent.run(STREAMED, stream=True)
        return [e.content for e in events if e.event == "RunContent" and e.content]


for name, make in AGNO.items():
    by_agno(name, make)

# Mirascope.


def by_mirascope(name, provider, path):
    def prepare(url):
        mirascope.reset_provider_registry()
        mirascope.register_provider(
            provider, scope=f"{provider}/", base_url=url + path, api_key="any"
        )

    @scenario(name, "tools")
    def tools(url, model):
        prepare(url)
        adder = Adder()

        @mirascope.tool
        def add(a: int, b: int) -> int:
            """Adds two numbers."""
            return adder(a, b)

        @mirascope.call(f"{provider}/{model}", tools=[add])
        def ask():
            return TOOLS

        response = ask()
        while response.tool_calls:
            response = response.resume(response.execute_tools())
        return adder.calls, response.text()

    @scenario(name, "typed")
    def typed(url, model):
        prepare(url)

        @mirascope.call(f"{provider}/{model}", format=Sum)
        def ask():
            return TYPED

        return ask().parse().sum

    @scenario(name, "streamed")
    def streamed(url, model):
        prepare(url)

        @mirascope.call(f"{provider}/{model}")
        def ask():
            return STREAMED

        return [piece for piece in ask.stream().text_stream() if piece]


by_mirascope("mirascope (openai)", "openai", "/v1")
by_mirascope("mirascope (anthropic)", "anthropic", "")

# DSPy.

DSPY = {
    "dspy (openai)": lambda url, model: dspy.LM(
        f"openai/{model}", api_base=url + "/v1", api_key="any", cache=False
    ),
    "dspy (anthropic)": lambda url, model: dspy.LM(
        f"anthropic/{model}", api_base=url + "/v1", api_key="any", cache=False
    ),
    "dspy (ollama_chat)": lambda url, model: dspy.LM(
        f"ollama_chat/{model}", api_base=url, api_key="any", cache=False
    ),
}


def by_dspy(name, make):
    @scenario(name, "typed")
    def typed(url, model):
        with dspy.context(lm=make(url, model)):
            return dspy.Predict("question -> sum: int")(question="[[fields]] 2 + 40?").sum


for name, make in DSPY.items():
    by_dspy(name, make)
