"""How pages say when something was, and how long it took."""

from datetime import datetime


def clock(when: datetime) -> str:
    """The time of day here: "14:05"."""
    return when.astimezone().strftime("%H:%M")


def day(when: datetime) -> str:
    """Day and time here: "23 Nov 2026, 14:05"."""
    return when.astimezone().strftime("%d %b %Y, %H:%M")


def duration(seconds: float) -> str:
    """A stretch of work: "40 s", "3 min", "1 h 5 min"."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
