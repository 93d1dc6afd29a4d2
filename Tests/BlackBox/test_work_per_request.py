"""A request costs no more allocations and system calls than is recorded, in the debug build that the tests run.

docs/benchmarks.md says what the counts are for. `tools/count-work` prints them.
"""

import pytest

import work_count
from work_count import HOW_TO_RECORD, Counted, NotHere, excesses, merged, read_limits


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    try:
        counted = Counted(folder)
    except NotHere as reason:
        return {}, str(reason)
    try:
        counted.warm_up()
        return counted.measure_against(read_limits(), folder)
    finally:
        counted.close()


def only(what, measured, capsys):
    """The counts of one sort; skips the test, and says why, where they can't be had."""
    counts, reason = measured
    found = {kind: {what: groups[what]} for kind, groups in counts.items() if what in groups}
    if len(found) < len(work_count.KINDS):
        with capsys.disabled():
            print(f"\n{what} are not counted: {reason}")
        pytest.skip(reason)
    return found


@pytest.mark.parametrize("what", ["allocations", "system calls"])
def test_a_request_costs_no_more_than_is_recorded(what, measured, capsys):
    found = excesses(only(what, measured, capsys), read_limits())
    assert not found, "\n".join([*found, HOW_TO_RECORD])


def test_what_is_counted_is_the_work_of_requests(measured, capsys):
    """Each kind of thread does some, so none was missed for another name."""
    for kind, groups in only("allocations", measured, capsys).items():
        assert set(groups["allocations"]) == set(work_count.ALLOCATIONS)
        assert min(groups["allocations"].values()) > 0, kind


def test_a_count_that_only_one_round_has_is_luck():
    one = {"plain chat": {"allocations": {"loops": 5, "commits": 3}}}
    other = {"plain chat": {"allocations": {"loops": 6}}}
    assert merged(min, one, other) == {"plain chat": {"allocations": {"loops": 5, "commits": 0}}}
    assert merged(max, one, other) == {"plain chat": {"allocations": {"loops": 6, "commits": 3}}}


def test_a_rise_is_told_with_its_size():
    recorded = {"plain chat": {"allocations": {"event loops: objects": 100}, "system calls": {"event loops: read": 3}}}
    fine = {"plain chat": {"allocations": {"event loops: objects": 104.9}, "system calls": {"event loops: read": 3.4}}}
    assert excesses(fine, recorded) == []
    more = {"plain chat": {"allocations": {"event loops: objects": 106}, "system calls": {"event loops: fsync": 1}}}
    assert excesses(more, recorded) == [
        "a plain chat makes 106.00 allocations of `event loops: objects`, 6.00 more than the 100.00 that are recorded "
        "(105.00 may be)",
        "a plain chat makes 1.00 system calls of `event loops: fsync`, 1.00 more than the 0.00 that are recorded "
        "(0.50 may be)",
    ]
