"""Comparisons that a user saved: rows of ``comparison``, each found by its name."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import JSON, DateTime, Engine, String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from carseg.results.comparison import (
    LONGEST_NAME,
    TRUSTED,
    Comparison,
    ComparisonError,
    usable_name,
)
from carseg.results.database import reading, write
from carseg.results.problems import ResultsError
from carseg.results.saved import Base, now

MOST = 1_000
"""So many are kept: on a shared server nobody fills the disk."""
FULL = f"{MOST:,} comparisons are saved: delete some of them first, in 'Saved by you'."


class Row(Base):
    """A saved comparison. ``facts`` has everything but the name, the time and the thumbnails."""

    __tablename__ = "comparison"
    __table_args__ = (sa.UniqueConstraint("name", name="uq_comparison_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    thumbnails: Mapped[dict[str, str]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(DateTime)


_OWN_COLUMNS = {"name", "thumbnails", "saved_at"}


def save_comparison(engine: Engine, comparison: Comparison) -> int:
    """Save it, instead of the one of the same name if there is one; returns its id.

    Raises:
        ResultsError: there are too many, or the database cannot be written. All functions here
            raise the latter.
    """
    values = {
        "facts": comparison.model_dump(mode="json", exclude=_OWN_COLUMNS),
        "thumbnails": comparison.thumbnails,
        "saved_at": comparison.saved_at or now(),
    }

    def save(session: Session) -> int:
        row = session.scalar(sa.select(Row).where(Row.name == comparison.name))
        if row is None:
            if (session.scalar(sa.select(sa.func.count(Row.id))) or 0) >= MOST:
                raise ResultsError(FULL)
            row = Row(name=comparison.name)
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        session.flush()
        return row.id

    return write(engine, save)


def saved_comparisons(engine: Engine, most: int | None = None) -> dict[int, Comparison]:
    """The newest ``most`` that can be read, or all, by id, the newest first."""
    newest = sa.select(Row).order_by(Row.saved_at.desc(), Row.id.desc()).limit(most)
    with reading(engine) as session:
        rows = list(session.scalars(newest))
    found = {row.id: _comparison(row) for row in rows}
    return {number: comparison for number, comparison in found.items() if comparison}


def comparison_names(engine: Engine) -> set[str]:
    """The names that are taken."""
    with reading(engine) as session:
        return set(session.scalars(sa.select(Row.name)))


def rename_comparison(engine: Engine, number: int, name: str) -> None:
    """Give it another name.

    Raises:
        ComparisonError: the name cannot be used, or another comparison has it.
    """

    def rename(session: Session) -> None:
        row = session.get(Row, number)
        if row is None:
            raise ComparisonError("This comparison was deleted meanwhile.")
        row.name = usable_name(name)
        try:
            session.flush()
        except IntegrityError as error:
            raise ComparisonError(
                "Another comparison has this name: choose another one."
            ) from error

    write(engine, rename)


def delete_comparison(engine: Engine, number: int) -> None:
    """Delete it; one that is not there is no error."""
    write(engine, lambda session: session.execute(sa.delete(Row).where(Row.id == number)))


def free_name(name: str, taken: set[str]) -> str:
    """The name, or with a number behind it that makes it new."""
    found, number = name[:LONGEST_NAME], 1
    while found in taken:
        number += 1
        end = f" ({number})"
        found = f"{name[: LONGEST_NAME - len(end)]}{end}"
    return found


def _comparison(row: Row) -> Comparison | None:
    # A newer carseg may have written it: the others are shown all the same.
    own = {name: getattr(row, name) for name in _OWN_COLUMNS}
    try:
        return Comparison.model_validate({**row.facts, **own}, context=TRUSTED)
    except (ValidationError, TypeError):
        return None
