"""Reference codes that survive being read over the telephone."""

import itertools

import pytest

from corrections.reference import ALPHABET, check_character, new_reference, read_reference


def test_a_new_reference_reads_back_as_itself():
    for _number in range(200):
        code = new_reference()

        assert read_reference(code) == code
        assert len(code) == 12


@pytest.mark.parametrize("dressed", [str.lower, lambda c: c.replace("-", " "), lambda c: c[3:]])
def test_case_dashes_and_prefix_do_not_matter(dressed):
    code = new_reference()

    assert read_reference(dressed(code)) == code


@pytest.mark.parametrize("dressed", ["VR-VRWM-DQJ9", "VRWM-DQJ9", "vrwm dqj9", "VRVRWMDQJ9"])
def test_a_code_that_begins_like_the_prefix_is_read_with_and_without_it(dressed: str):
    assert read_reference(dressed) == "VR-VRWM-DQJ9"


def test_any_single_wrong_letter_is_noticed():
    code = new_reference()
    letters = code.removeprefix("VR-").replace("-", "")

    for position, letter in itertools.product(range(8), ALPHABET):
        if letter != letters[position]:
            wrong = letters[:position] + letter + letters[position + 1 :]
            assert read_reference(wrong) is None


def test_two_swapped_neighbours_are_noticed():
    code = new_reference()
    letters = code.removeprefix("VR-").replace("-", "")

    for position in range(7):
        if letters[position] != letters[position + 1]:
            swapped = list(letters)
            swapped[position : position + 2] = swapped[position + 1], swapped[position]
            assert read_reference("".join(swapped)) is None


@pytest.mark.parametrize("typed", ["", "VR-", "hello", "VR-2222-222", "VR-AAAA-AAAA", "💉" * 8])
def test_what_cannot_be_a_reference_is_none(typed: str):
    assert read_reference(typed) is None


def test_letters_that_are_not_in_codes_are_read_as_their_lookalikes():
    body = "QJ22222"
    code = f"VR-{body[:4]}-{body[4:]}{check_character(body)}"

    assert read_reference(code.replace("Q", "0").replace("J", "1")) == code
