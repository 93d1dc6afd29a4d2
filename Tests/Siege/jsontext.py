"""A JSON text with the places of its values, so that a mutation is a splice of bytes.

Parsing and writing again would repair what a mutation broke, and would take most of the time.
"""

import json
import re

_SPACE = re.compile(rb"[ \t\r\n]*")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.S)
_SCALAR = re.compile(rb"[-+.\w]+")


class JSONText:
    """A valid JSON text and where its values and members stand."""

    def __init__(self, text):
        self.text = text
        self.values = []
        """(start, end) of each value, the whole text's too."""
        self.strings = []
        self.keys = []
        """(start, end) of each key with its quotation marks."""
        self.members = []
        """(start, end) of each member of an object, its key and its value."""
        self.key_ends = {}
        """Where the key ends that begins at a place."""
        self.elements = []
        """(start, end) of each element of an array."""
        self._value(self._space(0))

    @classmethod
    def of(cls, value):
        return cls(json.dumps(value, ensure_ascii=False).encode())

    def _space(self, at):
        return _SPACE.match(self.text, at).end()

    def _value(self, start):
        first = self.text[start : start + 1]
        if first == b"{":
            end = self._items(start, b"}", self._member)
        elif first == b"[":
            end = self._items(start, b"]", self._element)
        elif first == b'"':
            end = _STRING.match(self.text, start).end()
            self.strings.append((start, end))
        else:
            end = _SCALAR.match(self.text, start).end()
        self.values.append((start, end))
        return end

    def _items(self, start, closing, item):
        at = self._space(start + 1)
        while self.text[at : at + 1] != closing:
            at = self._space(item(at))
            if self.text[at : at + 1] == b",":
                at = self._space(at + 1)
        return at + 1

    def _member(self, start):
        key = _STRING.match(self.text, start).end()
        self.keys.append((start, key))
        self.key_ends[start] = key
        colon = self._space(key)
        end = self._value(self._space(colon + 1))
        self.members.append((start, end))
        return end

    def _element(self, start):
        end = self._value(start)
        self.elements.append((start, end))
        return end
