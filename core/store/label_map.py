"""The label map of a workspace: which classes its masks can hold."""

from sqlalchemy import Connection, delete, insert, select

from core.errors import StoreError
from core.labels import DEFAULT_LABELS, Colour, Label, LabelMap
from core.store.database import reading, writing
from core.store.tables import annotation, label
from core.store.workspace import Workspace


def label_map(ws: Workspace) -> LabelMap:
    """The classes of this workspace: background and profile unless somebody set others."""
    with reading(ws.engine) as connection:
        return read_label_map(connection)


def set_label_map(ws: Workspace, labels: LabelMap) -> None:
    """Replace the label map.

    Raises StoreError where stored masks would change their meaning: once there are annotations, a label map
    can only get further classes at its end.
    """
    with writing(ws.engine) as connection:
        known = read_label_map(connection).labels
        is_appended = labels.labels[: len(known)] == known
        if not is_appended and connection.execute(select(annotation.c.id).limit(1)).scalar() is not None:
            raise StoreError(
                "This workspace has annotations, so its classes cannot be renamed, recoloured or reordered. "
                "Add new classes at the end, or use another workspace."
            )
        _store(connection, labels)


def read_label_map(connection: Connection) -> LabelMap:
    """The label map as the caller's transaction sees it."""
    rows = connection.execute(select(label).order_by(label.c.class_index)).all()
    stored = tuple(Label(row.class_index, row.name, _from_hex(row.colour)) for row in rows)
    return LabelMap(stored) if stored else DEFAULT_LABELS


def store_default_labels(ws: Workspace) -> None:
    """Write the default down, so that a later Ostrakon with another default reads this workspace unchanged."""
    with reading(ws.engine) as connection:
        if connection.execute(select(label.c.class_index).limit(1)).scalar() is not None:
            return
    with writing(ws.engine) as connection:
        _store(connection, read_label_map(connection))


def _store(connection: Connection, labels: LabelMap) -> None:
    connection.execute(delete(label))
    rows = [{"class_index": x.index, "name": x.name, "colour": _to_hex(x.colour)} for x in labels.labels]
    connection.execute(insert(label), rows)


def _to_hex(colour: Colour) -> str:
    return "#" + bytes(colour).hex()


def _from_hex(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue
