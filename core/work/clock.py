"""Takes the time of a run, so that the next one can be estimated."""

import time
from statistics import mean

from core.learn.configuration import RunConfiguration
from core.learn.estimate import Timings, image_units, kind_of, usual_timings
from core.learn.feature_cache import FeatureCache


class Clock:
    """Told of every step; `started` is when the run began, by time.monotonic()."""

    def __init__(self, started: float, *, is_warm: bool) -> None:
        self._started, self._is_warm = started, is_warm
        self._last = 0.0
        self._first_step_seconds = 0.0
        self._steps: list[tuple[float, int, int]] = []  # seconds since the step before, drawings, entries made so far

    def step(self, image_count: int, made_count: int) -> None:
        """A step on so many images has just been made; the cache has made so many entries by now."""
        now = time.monotonic()
        if self._last:
            self._steps.append((now - self._last, image_count, made_count))
        else:
            self._first_step_seconds = now - self._started
        self._last = now

    def timings(self, configuration: RunConfiguration, cache: FeatureCache) -> Timings | None:
        """What the run took, now that it is over; None if it was too short to say."""
        undisturbed = [
            seconds / count
            for (_, _, made_before), (seconds, count, made) in zip(self._steps, self._steps[1:], strict=False)
            if made == made_before
        ]
        learning = undisturbed or [seconds / count for seconds, count, _ in self._steps]
        if not learning:
            return None
        usual = usual_timings(configuration, is_warm=self._is_warm)
        views = cache.made_count
        return Timings(
            kind=kind_of(configuration),
            is_warm=self._is_warm,
            start_seconds=self._first_step_seconds,
            image_seconds=mean(learning) / image_units(configuration),
            view_seconds=cache.making_seconds / views if views else usual.view_seconds,
            finish_seconds=time.monotonic() - self._last,
        )
