import inspect

from core import errors


def test_every_error_stands_in_the_tree_at_the_top_of_its_module() -> None:
    names = [name for name, member in inspect.getmembers(errors, inspect.isclass)]
    assert names
    assert [name for name in names if name not in (errors.__doc__ or "")] == []


def test_every_error_has_the_one_root() -> None:
    classes = [member for _, member in inspect.getmembers(errors, inspect.isclass)]
    assert all(issubclass(error, errors.OstrakonError) for error in classes)
