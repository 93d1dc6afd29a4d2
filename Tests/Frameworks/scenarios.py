"""What each framework is asked to do, and where those that do it are listed.

A scenario is a function of the gateway's address and a model's name. It uses its framework as its
documentation says, with the address as the only thing that is Logway's.
"""

from dataclasses import dataclass

from pydantic import BaseModel

from fakes.scripted import Call, Text

SCENARIOS = []
TOOLS = "[[tools]] What is 2 + 40? Use the tool."
TYPED = "[[typed]] What is 2 + 40?"
EDIT = "[[edit]] Write a program that says hello."
STREAMED = "[[streamed]] Count to five."
COUNT = "one, two, three, four, five, and that is all of it"

SCRIPTS = {
    # `final_answer` is how one framework ends; others have no such tool, so they get the text.
    "tools": [
        Call("add", {"a": 2, "b": 40}),
        Call("final_answer", {"answer": "The sum is 42"}),
        Text("The sum is 42"),
    ],
    # By whatever tool stands for the type, else as a document.
    "typed": [Call("*", {"sum": 42}), Text('{"sum": 42}')],
    "streamed": [Text(COUNT)],
    # Dspy's own form.
    "fields": [Text("[[ ## sum ## ]]\n42\n\n[[ ## completed ## ]]")],
    # Aider's own form.
    "edit": [Text("hello.py\n```\n<<<<<<< SEARCH\n=======\nprint('hello')\n>>>>>>> REPLACE\n```\n")],
}


class Sum(BaseModel):
    """The sum of two numbers."""

    sum: int


class Adder:
    """A tool that remembers what it was called with."""

    def __init__(self):
        self.calls = []

    def __call__(self, a, b):
        self.calls.append((int(a), int(b)))
        return int(a) + int(b)


@dataclass
class Scenario:
    framework: str
    what: str
    run: object

    @property
    def id(self):
        return f"{self.framework} {self.what}".replace(" ", "-")


def scenario(framework, what):
    """Registers a function: `tools` returns the calls and the answer, `typed` the number, `streamed`
    the pieces."""

    def register(run):
        SCENARIOS.append(Scenario(framework, what, run))
        return run

    return register
