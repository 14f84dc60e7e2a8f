"""3D models of boxes and cylinders in binary glTF 2.0 (ISO/IEC 12113)."""

import json
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

type Vector = tuple[float, float, float]

_SEGMENTS = 24
_FLOAT, _SHORT = 5126, 5123
_ARRAY, _ELEMENTS = 34962, 34963


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A box, or a cylinder along the x axis, of this size around its centre; `colour`: red, green, blue from 0 to 1."""

    at: Vector = (0, 0, 0)
    size: Vector = (1, 1, 1)
    colour: Vector = (0.6, 0.65, 0.7)
    is_round: bool = False


_STEEL, _RED, _YELLOW, _BLUE = (0.62, 0.66, 0.7), (0.7, 0.25, 0.2), (0.9, 0.7, 0.2), (0.2, 0.4, 0.7)
MODELS: dict[str, tuple[Part, ...]] = {
    "gas-turbine": (
        Part(size=(30, 10, 10), colour=_STEEL, is_round=True),
        Part(at=(-20, 0, 0), size=(10, 14, 14), colour=_BLUE, is_round=True),
        Part(at=(18, 10, 0), size=(8, 16, 8), colour=_RED),
        Part(at=(0, -8, 0), size=(40, 2, 12), colour=_YELLOW),
    ),
    "centrifugal-compressor": (
        Part(size=(14, 16, 16), colour=_STEEL, is_round=True),
        Part(at=(14, 0, 0), size=(14, 4, 4), colour=_BLUE, is_round=True),
        Part(at=(0, -12, 0), size=(20, 8, 14), colour=_YELLOW),
    ),
    "dust-separator": (
        Part(size=(6, 20, 6), colour=_STEEL),
        Part(at=(-6, 4, 0), size=(8, 3, 3), colour=_YELLOW, is_round=True),
        Part(at=(6, -4, 0), size=(8, 3, 3), colour=_YELLOW, is_round=True),
    ),
    "air-cooler": (
        Part(size=(60, 6, 30), colour=_STEEL),
        *(Part(at=(x, 5, 0), size=(14, 4, 24), colour=_BLUE) for x in (-20, 0, 20)),
        *(Part(at=(x, -14, 0), size=(3, 22, 3), colour=_YELLOW) for x in (-26, 26)),
    ),
    "ball-valve": (
        Part(size=(6, 5, 5), colour=_STEEL, is_round=True),
        Part(size=(12, 3, 3), colour=_YELLOW, is_round=True),
        Part(at=(0, 4, 0), size=(1, 4, 1), colour=_RED),
    ),
    "control-room": (
        Part(at=(0, -1, 0), size=(4, 0.1, 3), colour=(0.4, 0.4, 0.4)),
        *(Part(at=(x, 0, -1.2), size=(0.8, 2, 0.4), colour=_BLUE) for x in (-1.2, 0, 1.2)),
        Part(at=(0, -0.6, 0.4), size=(2.4, 0.1, 0.8), colour=_STEEL),
    ),
}


def glb(parts: Iterable[Part]) -> bytes:
    """A scene of the parts, each a mesh with a material of its own."""
    chunk = bytearray()
    views: list[dict[str, int]] = []
    accessors: list[dict[str, Any]] = []
    meshes: list[dict[str, Any]] = []
    materials: list[dict[str, Any]] = []
    for part in parts:
        positions, normals, indices = _cylinder(part) if part.is_round else _box(part)
        first = len(accessors)
        for points in (positions, normals):
            _append(chunk, views, array("f", (value for point in points for value in point)).tobytes(), _ARRAY)
            bounds = {} if points is normals else {"min": _each(min, points), "max": _each(max, points)}
            accessors.append(_accessor(views, _FLOAT, len(points), "VEC3", **bounds))
        _append(chunk, views, array("H", indices).tobytes(), _ELEMENTS)
        accessors.append(_accessor(views, _SHORT, len(indices), "SCALAR"))
        primitive = {"attributes": {"POSITION": first, "NORMAL": first + 1}, "indices": first + 2}
        meshes.append({"primitives": [{**primitive, "material": len(materials)}]})
        colour = {"baseColorFactor": [*part.colour, 1], "metallicFactor": 0.1, "roughnessFactor": 0.8}
        materials.append({"pbrMetallicRoughness": colour})
    scene = {
        "asset": {"version": "2.0", "generator": "atg"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(meshes)))}],
        "nodes": [{"mesh": number} for number in range(len(meshes))],
        "meshes": meshes,
        "materials": materials,
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(chunk)}],
    }
    return _file((b"JSON", _padded(json.dumps(scene).encode(), b" ")), (b"BIN\0", _padded(bytes(chunk), b"\0")))


def _file(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(len(content).to_bytes(4, "little") + kind + content for kind, content in chunks)
    return b"glTF" + (2).to_bytes(4, "little") + (12 + len(body)).to_bytes(4, "little") + body


def _padded(content: bytes, filler: bytes) -> bytes:
    return content + filler * (-len(content) % 4)


def _append(chunk: bytearray, views: list[dict[str, int]], content: bytes, target: int) -> None:
    views.append({"buffer": 0, "byteOffset": len(chunk), "byteLength": len(content), "target": target})
    chunk += _padded(content, b"\0")


def _accessor(views: list[dict[str, int]], component: int, count: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"bufferView": len(views) - 1, "componentType": component, "count": count, "type": kind, **more}


def _each(choose: Any, points: list[Vector]) -> list[float]:
    """The bounds of the positions as they are stored: in single precision."""
    return [choose(array("f", axis)) for axis in zip(*points, strict=True)]


type Mesh = tuple[list[Vector], list[Vector], list[int]]
"""Positions, normals, and the indices of triangles, counter-clockwise from outside."""


def _box(part: Part) -> Mesh:
    positions: list[Vector] = []
    normals: list[Vector] = []
    indices: list[int] = []
    for axis in range(3):
        for side in (-1, 1):
            normal = _vector(axis, side, 0, 0)
            corners = [_vector(axis, side, u, v * side) for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
            _add_face(positions, indices, [_placed(part, corner) for corner in corners])
            normals += [normal] * 4
    return positions, normals, indices


def _vector(axis: int, along: float, u: float, v: float) -> Vector:
    values = [0.0, 0.0, 0.0]
    values[axis], values[(axis + 1) % 3], values[(axis + 2) % 3] = along, u, v
    return values[0], values[1], values[2]


def _cylinder(part: Part) -> Mesh:
    positions: list[Vector] = []
    normals: list[Vector] = []
    indices: list[int] = []
    ring = list(_ring())
    for (y, z), (next_y, next_z) in zip(ring, [*ring[1:], ring[0]], strict=True):
        side = [(-1.0, y, z), (-1.0, next_y, next_z), (1.0, next_y, next_z), (1.0, y, z)]
        _add_face(positions, indices, [_placed(part, point) for point in side])
        normals += [(0, *point[1:]) for point in side]
        for end in (-1.0, 1.0):
            cap = [(end, 0.0, 0.0), (end, y, z), (end, next_y, next_z)]
            _add_face(positions, indices, [_placed(part, point) for point in (cap if end > 0 else cap[::-1])])
            normals += [(end, 0, 0)] * 3
    return positions, normals, indices


def _ring() -> Iterator[tuple[float, float]]:
    for segment in range(_SEGMENTS):
        yield cos(2 * pi * segment / _SEGMENTS), sin(2 * pi * segment / _SEGMENTS)


def _add_face(positions: list[Vector], indices: list[int], corners: list[Vector]) -> None:
    """A convex face as a fan of triangles."""
    first = len(positions)
    positions += corners
    for corner in range(1, len(corners) - 1):
        indices += [first, first + corner, first + corner + 1]


def _placed(part: Part, point: Vector) -> Vector:
    """`point`: in the cube from -1 to 1."""
    x, y, z = (at + size / 2 * value for at, size, value in zip(part.at, part.size, point, strict=True))
    return x, y, z
