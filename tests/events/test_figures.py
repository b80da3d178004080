"""From all figures that the public has together, nobody can tell a group of one to four people."""

import itertools
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.attribution import FEWEST, Rule, against_count, few, tellable


@pytest.mark.parametrize("keys, most", [(1, 12), (2, 20), (3, 12), (4, 8)])
def test_whoever_knows_the_rule_and_the_sum_cannot_tell_a_small_group(keys, most):
    worlds = defaultdict(list)
    for numbers in itertools.product(range(most + 1), repeat=keys):
        if FEWEST <= sum(numbers) <= most:  # all that add up to that stand in the range
            worlds[sum(numbers), tuple(sorted(tellable(dict(enumerate(numbers))).items()))].append(numbers)

    for possible in worlds.values():
        for of_one_group in zip(*possible, strict=True):
            assert len(set(of_one_group)) > 1 or not few(of_one_group[0])
    assert any(told for _, told in worlds)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40)), st.integers(0, 20))
def test_told_groups_are_large_and_leave_none_or_many(groups, besides):
    told = tellable(groups, besides=besides)

    assert all(groups[key] == number >= FEWEST for key, number in told.items())
    left = sum(groups.values()) + besides - sum(told.values())
    assert not told or not few(left)
    assert len(told) >= sum(number >= FEWEST for number in groups.values()) - 1


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=8), st.integers(0, 12), st.data())
def test_figures_said_one_after_the_other_leave_no_small_group(groups, aside, data):
    of = sum(groups) + aside  # each statement stands in one group, or is set aside
    order = data.draw(st.permutations(range(len(groups))))
    said: set[int] = set()
    for index in order:
        if data.draw(st.booleans()):
            said.discard(index)  # somebody takes one back
        elif not against_count(groups[index], of, Rule.CHATHAM_HOUSE, beside=sum(groups[one] for one in said)):
            said.add(index)

    for size in range(len(said) + 1):
        for some in itertools.combinations(said, size):
            together = sum(groups[index] for index in some)
            assert not few(together)
            assert size < len(said) or not said or not few(of - together)
        for index in said:
            assert not few(of - groups[index])
