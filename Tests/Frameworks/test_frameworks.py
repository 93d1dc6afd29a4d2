"""Frameworks that know nothing of Logway, unmodified, over every family of providers."""

import pytest

import chats
import more_frameworks
import programs
from conftest import FAMILIES
from scenarios import COUNT, SCENARIOS

assert chats and more_frameworks and programs, "they list their scenarios when they are imported"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_a_framework_does_its_work(house, scenario, family, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    fake = house.fakes[family]
    fake.requests.clear()
    fake.refused.clear()
    result = scenario.run(house.url, FAMILIES[family][1])
    assert fake.refused == []
    assert fake.requests, "another model was asked"
    if scenario.what == "tools":
        calls, answer = result
        assert calls == [(2, 40)]
        assert "The sum is 42" in answer
    elif scenario.what == "typed":
        assert result == 42
    elif scenario.what == "streamed":
        assert "".join(result).strip() == COUNT
        assert len(result) > 1
    else:
        assert result is True
