import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.cells import cell_len

from app.tui.text import balanced, cells, clock, cut, fine_clock, fit, money, size, tokens, took, wrap, wrap_tail
from corpus.speed import effort

FAMILY = "👩‍👩‍👧"
PIECES = ["a", "word", " ", "  ", "\n", "\t", "- ", "12. ", "é", "e\u0301", "漢字", "。", "😀", FAMILY, "x" * 30]
TEXTS = some.lists(some.sampled_from(PIECES), max_size=60).map("".join)
WIDTHS = some.integers(2, 40)


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("abc", 3), ("漢字", 4), ("e\u0301", 1), ("😀", 2), (FAMILY, 2), ("│█▸", 3)]
)
def test_a_text_takes_as_many_cells_as_a_terminal_gives_it(text: str, width: int) -> None:
    assert cells(text) == width


@given(TEXTS, WIDTHS)
def test_balanced_lines_are_as_many_and_no_wider(text: str, width: int) -> None:
    lines, even = wrap(text, width), balanced(text, width)
    assert len(even) <= len(lines)
    assert max(map(cells, even), default=0) <= max(map(cells, lines), default=0)


def test_balanced_lines_leave_no_word_alone() -> None:
    said = "It is twenty to ten, and somebody has to say yes."
    assert wrap(said, 42) == ["It is twenty to ten, and somebody has to", "say yes."]
    assert balanced(said, 42) == ["It is twenty to ten, and", "somebody has to say yes."]
    assert balanced("Short.", 42) == ["Short."]


@given(TEXTS, some.integers(0, 40))
def test_a_cut_text_fits_and_says_that_it_was_cut(text: str, width: int) -> None:
    text = text.replace("\n", " ").replace("\t", " ")
    shown = cut(text, width)
    assert cell_len(shown) <= width
    if cell_len(text) <= width:
        assert shown == text
    elif width:
        assert shown.endswith("…")
        assert text.startswith(shown[:-1])


@given(TEXTS, some.integers(0, 40))
def test_a_fitted_text_has_exactly_the_width(text: str, width: int) -> None:
    assert cell_len(fit(text.replace("\n", " ").replace("\t", " "), width)) == width


def test_a_wide_character_is_never_cut_in_two() -> None:
    assert fit("漢字かな", 5) == "漢字…"
    assert fit("漢字かな", 4) == "漢… "
    assert fit(FAMILY + FAMILY, 3) == f"{FAMILY}…"


def test_the_ellipsis_may_be_another_as_where_there_is_only_ascii() -> None:
    assert cut("a long story", 7, ellipsis="~") == "a long~"
    assert cut("a long story", 8, ellipsis="...") == "a lon..."
    assert cut("a long story", 2, ellipsis="...") == ""


def test_to_cut_a_long_text_looks_only_at_its_beginning() -> None:
    short, long = "漢字 word " * 1_000, "漢字 word " * 1_000_000
    assert cut(short, 80) == cut(long, 80)
    assert effort(lambda: cut(long, 80)) < 20 * effort(lambda: cut(short, 80)) + 0.001


@given(TEXTS, WIDTHS)
def test_wrapping_keeps_to_the_width_and_loses_nothing_but_space(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert all(cell_len(row) <= width for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())
    assert len(rows) >= text.count("\n") + 1


def test_lines_break_between_words_and_where_the_text_says() -> None:
    assert wrap("Two of the four sources disagree.\n\nOnly one can be right.", 16) == [
        "Two of the four",
        "sources",
        "disagree.",
        "",
        "Only one can be",
        "right.",
    ]


def test_a_word_longer_than_the_line_is_broken() -> None:
    assert wrap("see https://example.org/a/long/way", 12) == ["see", "https://exam", "ple.org/a/lo", "ng/way"]


def test_lists_and_indented_lines_go_on_at_their_indent() -> None:
    assert wrap("- one thing and another\n    deep inside", 14) == [
        "- one thing",
        "  and another",
        "    deep",
        "    inside",
    ]
    assert wrap("10. one thing and another", 14) == ["10. one thing", "    and", "    another"]


def test_ideographs_break_anywhere_but_never_before_a_full_stop() -> None:
    assert wrap("使用Python写代码", 8) == ["使用", "Python写", "代码"]
    assert wrap("漢字漢字。漢字", 8) == ["漢字漢", "字。漢字"]


def test_tabs_are_four_wide() -> None:
    assert wrap("\tx\n\n", 20) == ["    x", "", ""]


def test_what_cannot_fit_at_all_is_an_ellipsis() -> None:
    assert wrap("漢a", 1) == ["…", "a"]
    assert wrap("漢字", 1) == ["…", "…"]
    assert wrap("字 ", 1) == ["…"]
    assert wrap("abc", 0) == []


@given(TEXTS, WIDTHS, some.integers(0, 12))
def test_the_tail_is_the_end_of_the_whole(text: str, width: int, rows: int) -> None:
    assert wrap_tail(text, width, rows) == (wrap(text, width)[-rows:] if rows else [])


@pytest.mark.parametrize("piece", ["word ", "x", "漢字", "e\u0301 ", "a\n", " "])
def test_ten_million_characters_are_wrapped_in_their_own_time_and_their_tail_in_none(piece: str) -> None:
    one, ten, thousand = (piece * (characters // len(piece)) for characters in (10_000, 100_000, 10_000_000))
    assert effort(lambda: wrap(ten, 80)) < 40 * effort(lambda: wrap(one, 80)) + 0.02
    assert wrap_tail(thousand, 80, 20)
    assert effort(lambda: wrap_tail(thousand, 80, 20)) < 10 * effort(lambda: wrap_tail(ten, 80, 20)) + 0.01


def test_the_tail_of_a_line_that_grows_does_not_dance() -> None:
    line = " ".join(f"word{number}" for number in range(3_000))
    shown = wrap_tail(line, 60, 8)
    grown = wrap_tail(f"{line} and one more", 60, 8)
    assert set(shown[:-1]) - {shown[0]} <= set(grown)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "$0.00"),
        (0.00001, "<$0.0001"),
        (0.0042, "$0.0042"),
        (0.00996, "$0.0100"),
        (0.031, "$0.0310"),
        (0.99996, "$1.00"),
        (2.4, "$2.40"),
        (999.999, "$1,000.00"),
        (12_345.6, "$12,345.60"),
    ],
)
def test_money_is_finer_where_it_is_small(amount: float, said: str) -> None:
    assert money(amount) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0"),
        (980, "980"),
        (1_204, "1,204"),
        (9_999, "9,999"),
        (12_400, "12.4k"),
        (999_949, "999.9k"),
        (200_000, "200k"),
        (999_950, "1M"),
    ],
)
def test_counts_are_shorter_where_they_are_large(count: int, said: str) -> None:
    assert tokens(count) == said


@pytest.mark.parametrize(("chars", "said"), [(1, "1 char"), (640, "640 chars"), (12_400, "12.4k chars")])
def test_the_size_of_a_text_is_told_in_characters(chars: int, said: str) -> None:
    assert size(chars) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-3, "0:00"), (5.9, "0:06"), (5.4, "0:05"), (107, "1:47"), (3_723, "1:02:03")],
)
def test_a_moment_is_told_as_on_a_clock(seconds: float, said: str) -> None:
    assert clock(seconds) == said


@pytest.mark.parametrize(
    ("ms", "said"),
    [(2_972, "0:03.0"), (62_972, "1:03.0"), (3_599_960, "1:00:00"), (3_662_972, "1:01:03")],
)
def test_a_moment_to_a_tenth_of_a_second_is_rounded_as_every_other_time(ms: int, said: str) -> None:
    assert fine_clock(ms) == said


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (340, "340 ms"),
        (999.6, "1.0 s"),
        (1_234, "1.2 s"),
        (59_960, "1 min"),
        (72_000, "1 min 12 s"),
        (7_500_000, "2 h 5 min"),
        (7_200_000, "2 h"),
    ],
)
def test_how_long_something_took_is_told_in_the_unit_that_suits(ms: float, said: str) -> None:
    assert took(ms) == said
