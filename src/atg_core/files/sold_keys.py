"""Which lessons and courses of the shop a key is of (spec: store)."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_FOLDER = re.compile(r"shop/(lessons|courses)/([1-9][0-9]{0,8})/")


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldFolders:
    """The products that folders of keys belong to, by key: `shop/lessons/{id}/…` and `shop/courses/{id}/…`."""

    lessons: dict[str, int]
    courses: dict[str, int]

    @classmethod
    def of(cls, keys: Collection[str]) -> "SoldFolders":
        found = [(key, match[1], int(match[2])) for key in keys if (match := _FOLDER.match(key))]
        return cls(
            lessons={key: number for key, kind, number in found if kind == "lessons"},
            courses={key: number for key, kind, number in found if kind == "courses"},
        )

    def keys_of(self, lessons: Collection[int], courses: Collection[int]) -> set[str]:
        """The keys in folders of these lessons and courses."""
        of_lessons = {key for key, number in self.lessons.items() if number in lessons}
        return of_lessons | {key for key, number in self.courses.items() if number in courses}
