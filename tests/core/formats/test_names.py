import threading

import pytest

from core.formats.names import FreeNames, NameIndex, export_stem, plain_name, stem_of, suffix_of
from core.formats.partners import Partners
from core.formats.pipeline import OneLargeAtATime, in_parallel


@pytest.mark.parametrize(
    ("name", "stem", "suffix"),
    [
        ("a.png", "a", ".png"),
        ("Band 1/Töpfe.JPG", "Band 1/Töpfe", ".JPG"),
        ("Abb. 1", "Abb. 1", ""),
        ("Abb. 1.tiff", "Abb. 1", ".tiff"),
        (".png", ".png", ""),
        ("book.pdf", "book", ".pdf"),
    ],
)
def test_only_extensions_of_images_are_taken_off(name: str, stem: str, suffix: str) -> None:
    assert (stem_of(name), suffix_of(name)) == (stem, suffix)


@pytest.mark.parametrize(
    ("name", "page", "stem"),
    [
        ("Band 1/a.png", 0, "Band 1/a"),
        ("book.pdf", 2, "book-p3"),
        ("../../etc/passwd", 0, "etc/passwd"),
        ("C:\\scans\\a.tif", 0, "C_/scans/a"),
        ("a<b>?.png", 0, "a_b__"),
        ("/", 0, "unnamed"),
        ("._a.png", 0, "_a"),
        ("x" * 500 + ".png", 0, "x" * 200),
        ("CON.png", 0, "_CON"),
        ("com1/aux.a.png", 0, "_com1/_aux.a"),
        ("console.png", 0, "console"),
        ("Abb./a.png", 0, "Abb/a"),
    ],
)
def test_exported_names_can_be_unpacked_anywhere(name: str, page: int, stem: str) -> None:
    assert export_stem(name, page) == stem


def test_names_are_given_once_in_any_case() -> None:
    names = FreeNames()
    assert [names.give(name) for name in ("a", "A", "a-2", "b")] == ["a", "A-2", "a-2-2", "b"]
    assert names.changed_count == 2


def test_exact_names_go_before_others() -> None:
    index = NameIndex()
    for number, name in enumerate(["a.jpg", "a.png", "Band/B.png", "book.pdf", "book.pdf"]):
        index.add(number, name, page=1 if number == 4 else 0)
    assert index.find("a.png") == {1}
    assert index.find("a") == {0, 1}
    assert index.find("b") == {2}
    assert index.find("book-p2") == {4}
    assert index.find("z") == set()


def test_archive_lends_its_name(tmp_path) -> None:
    assert plain_name(tmp_path / "Band 3.zip") == "Band 3"
    assert plain_name(tmp_path / "Band 3") == "Band 3"


def test_likeliest_partner_is_found_among_many() -> None:
    partners = Partners([f"Tafel_{number:04}.png" for number in range(3000)] + ["Gefäß 12a.png"])
    assert partners.likeliest("gefaess 12a.png") == "Gefäß 12a.png"
    assert partners.likeliest("Tafel 0712.png") == "Tafel_0712.png"
    assert partners.likeliest("quite something else") == ""


def test_work_in_parallel_keeps_its_order_and_looks_ahead_only_a_little() -> None:
    taken: list[int] = []

    def items():
        for number in range(1000):
            taken.append(number)
            yield number

    results = in_parallel(lambda number: number * 2, items())
    assert next(results) == 0
    assert len(taken) < 100
    assert list(results) == [number * 2 for number in range(1, 1000)]


def test_what_work_raises_is_raised_and_ends_it() -> None:
    def work(number: int) -> int:
        if number == 3:
            raise ValueError("three")
        return number

    results = in_parallel(work, iter(range(10**9)))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_one_large_thing_is_worked_on_at_a_time() -> None:
    gate = OneLargeAtATime()
    at_work, most = [0], [0]
    lock = threading.Lock()

    def work(_: int) -> None:
        with gate.admitted(pixels=10**9), gate.admitted(size_bytes=10**9):
            with lock:
                at_work[0] += 1
                most[0] = max(most[0], at_work[0])
            with lock:
                at_work[0] -= 1

    list(in_parallel(work, range(50)))
    assert most == [1]
