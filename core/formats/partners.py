"""The likeliest partner of a name that fits nothing: what somebody may have meant."""

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence

_CANDIDATES = 20
_LEAST_LIKENESS = 0.6


class Partners:
    """Finds the name most like another among many, by the groups of letters they share."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: Sequence[str] = list(names)
        self._having: dict[str, list[int]] = {}
        for position, name in enumerate(self._names):
            for group in _groups(name):
                self._having.setdefault(group, []).append(position)

    def likeliest(self, name: str) -> str:
        """The likeliest partner, "" where none is like it."""
        shared: Counter[int] = Counter()
        for group in _groups(name):
            holders = self._having.get(group, [])
            if len(holders) <= max(1000, len(self._names) // 10):  # ".png" tells nothing
                shared.update(holders)
        candidates = [self._names[position] for position, _ in shared.most_common(_CANDIDATES)]
        rated = [(difflib.SequenceMatcher(None, name.casefold(), x.casefold()).ratio(), x) for x in candidates]
        best = max(rated, default=(0.0, ""))
        return best[1] if best[0] >= _LEAST_LIKENESS else ""


def _groups(name: str) -> set[str]:
    text = f" {name.casefold()} "
    return {text[start : start + 3] for start in range(len(text) - 2)}
