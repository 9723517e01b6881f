"""Edits as they are on file: rows with a payload, an author, a time, and the mark by which the browser knows them.

No row is ever deleted. Edits that were undone, and then drawn over, move to a second table: whoever has an older
version of the draft on the screen still finds every edit that they saw.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, insert, literal, select

from core.errors import EditError
from core.raster.edits import Edit, from_json, to_json
from core.store.database import now
from core.store.label_map import read_label_map
from core.store.tables import annotation, edit, replaced_edit

Row: TypeAlias = dict[str, Any]


def new_rows(new_edits: Sequence[Edit], author: str, marks: Sequence[str] = ()) -> list[Row]:
    """Rows of edits that `author` makes now; `marks` are none, or one for each."""
    marked = zip(new_edits, marks or [""] * len(new_edits), strict=True)
    return [
        {"payload": to_json(new), "author": author, "created_at": now(), "mark": mark or None} for new, mark in marked
    ]


def read_rows(connection: Connection, annotation_id: int, *, version: int, cursor: int) -> list[Row]:
    """The first `cursor` edits that the annotation had in that version, in order."""

    def rows_of(table: Table, *conditions: ColumnElement[bool]) -> Select[Any]:
        columns = (table.c[name] for name in ("position", "payload", "author", "created_at", "mark"))
        is_wanted = (table.c.annotation_id == annotation_id) & (table.c.position < cursor)
        return select(*columns).where(is_wanted, *conditions)

    replaced = rows_of(replaced_edit, replaced_edit.c.version >= version)
    found = {row.position: row for row in connection.execute(rows_of(edit))}
    for row in connection.execute(replaced.order_by(replaced_edit.c.version.desc())):
        found[row.position] = row  # the first replacement after this version comes last
    return [dict(found[position]._mapping) for position in sorted(found)]


def insert_rows(connection: Connection, annotation_id: int, rows: Sequence[Row], *, start: int) -> None:
    """Give the annotation these edits from the position `start` on.

    Raises EditError for an edit of a class that the label map does not have.
    """
    class_count = read_label_map(connection).class_count
    for row in rows:
        if any(label >= class_count for label in from_json(row["payload"]).labels):
            raise EditError(
                f"This workspace has {class_count} classes, none of which the edit draws. Load the page again."
            )
    numbered = [{**row, "annotation_id": annotation_id, "position": start + i} for i, row in enumerate(rows)]
    if numbered:
        connection.execute(insert(edit), numbered)


def replace_undone(connection: Connection, annotation_id: int, *, version: int, cursor: int) -> None:
    """Make room from the position `cursor` on; `version` is the last one that has the edits there."""
    is_undone = (edit.c.annotation_id == annotation_id) & (edit.c.position >= cursor)
    columns = [column.name for column in replaced_edit.columns]
    undone = select(*(literal(version) if name == "version" else edit.c[name] for name in columns))
    connection.execute(insert(replaced_edit).from_select(columns, undone.where(is_undone)))
    connection.execute(delete(edit).where(is_undone))


def read_known_marks(connection: Connection, drawing_id: int, marks: Sequence[str]) -> set[str]:
    """Those of the marks whose edits are in any revision of the drawing, undone or not."""
    found: set[str] = set()
    for table in (edit, replaced_edit):
        known = select(table.c.mark).join_from(table, annotation, table.c.annotation_id == annotation.c.id)
        is_known = (annotation.c.drawing_id == drawing_id) & table.c.mark.in_(list(marks))
        found.update(connection.execute(known.where(is_known)).scalars())
    return found
