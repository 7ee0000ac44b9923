"""Names one letter apart, found without comparing everything with everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sangbong.programmes.naming import USAGE

__all__ = ["Nearby", "one_letter_off"]

letters = USAGE.letters
one_letter_off = USAGE.one_letter_off


class Nearby:
    """A set of words that can be asked which of them are one letter off a given word."""

    def __init__(self, words: Iterable[str]) -> None:
        """Index each word under every form it has with one letter missing."""
        self._by_gap: dict[str, tuple[str, ...]] = {}
        for word in sorted(set(words)):
            for gap in _gaps(word):
                self._by_gap[gap] = (*self._by_gap.get(gap, ()), word)

    def of(self, word: str) -> tuple[str, ...]:
        """The indexed words one letter off this one, sorted."""
        if not word:
            return ()
        found = {near for gap in _gaps(word) for near in self._by_gap.get(gap, ())}
        return tuple(sorted(near for near in found if one_letter_off(word, near)))


def _gaps(word: str) -> Iterator[str]:
    spelled = letters(word)
    yield spelled
    for index in range(len(spelled)):
        yield spelled[:index] + spelled[index + 1 :]
