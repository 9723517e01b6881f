from hypothesis import given
from hypothesis import strategies as st

from core.store.names import search_form, tidy


def test_umlauts_from_macos_and_from_elsewhere_are_the_same() -> None:
    assert tidy("Ko\u0308ln") == "K\u00f6ln"


def test_blanks_and_characters_that_databases_refuse_go() -> None:
    assert tidy("  Taf. 1\t\n a\0 ") == "Taf. 1 a"
    assert tidy("broken \udcfc name") == "broken ? name"


@given(st.text())
def test_tidying_twice_changes_nothing(name: str) -> None:
    assert tidy(tidy(name)) == tidy(name)
    tidy(name).encode("utf-8")


@given(st.text())
def test_a_search_does_not_care_how_a_name_was_typed(name: str) -> None:
    assert search_form(tidy(name)) == search_form(name) == search_form(search_form(name))


def test_a_search_does_not_care_about_case() -> None:
    assert search_form("MÜNCHEN Straße 1.PNG") == search_form("münchen strasse 1.png")
