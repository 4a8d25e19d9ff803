"""The faces that personas can have: drawn, so that nobody real is meant. Plain."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Face:
    """What the drawing is put together from; ``tone`` and ``shade`` name colours of tokens.css."""

    key: str
    label: str
    hair: str
    tone: int
    shade: int
    side: str = "joint"
    has_glasses: bool = False
    has_beard: bool = False


FACES = (
    Face("short-dark", "Short dark hair", "short", 2, 1, "sales"),
    Face("long-dark", "Long dark hair", "long", 3, 1, "marketing"),
    Face("bun-glasses", "Hair in a bun, glasses", "bun", 1, 2, "joint", has_glasses=True),
    Face("curly", "Curly hair", "curly", 4, 1, "sales"),
    Face("bald-beard", "No hair, beard", "none", 2, 2, "joint", has_beard=True),
    Face("bob-fair", "Fair hair to the chin", "bob", 1, 3, "marketing"),
    Face("short-grey", "Short grey hair, glasses", "short", 1, 4, "joint", has_glasses=True),
    Face("long-red", "Long red hair", "long", 1, 5, "sales"),
    Face("curly-glasses", "Curly hair, glasses", "curly", 3, 2, "marketing", has_glasses=True),
    Face("short-beard", "Short hair, beard", "short", 4, 1, "marketing", has_beard=True),
)
BY_KEY = {face.key: face for face in FACES}
CHOICES = tuple((face.key, face.label) for face in FACES)


def face_of(key: str, slug: str) -> Face:
    """The chosen face, or always the same one for a persona for whom none was chosen."""
    return BY_KEY.get(key) or FACES[crc32(slug.encode()) % len(FACES)]
