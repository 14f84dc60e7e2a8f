"""The files that the example data name: generated, and kept where the frontend keeps its own uploads.

Keys begin with the id that a station gets in a new database: its place in the file.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

import msgspec

from atg_adapters.samples.fonts import write_letters
from atg_adapters.samples.handouts import docx_handout, pdf_handout
from atg_adapters.samples.models import MODELS, glb
from atg_adapters.samples.pictures import flow_diagram, station_view
from atg_adapters.samples.video import sample_video
from atg_core.catalog.stations import DOCUMENTS, PHOTOS, EditStations
from atg_core.catalog.topic_files import EditTopicFiles
from atg_core.files.media import media_type_of
from atg_core.files.ports import ObjectStore
from atg_core.importing.campaigns import ASSETS
from atg_core.importing.catalog import STATIONS, TOPIC_FILES, TOPICS
from atg_core.importing.ports import Source
from atg_core.importing.records import Row


class _Meta(msgspec.Struct):
    file: str


@dataclass(frozen=True, kw_only=True)
class DemoFiles:
    """`folder`: for a font, while this is used; `station_ids`: by short name; `sources`: all files of the example data,
    whose rows can be read again.
    """

    object_store: ObjectStore
    folder: Path
    station_ids: Mapping[str, int]
    sources: Sequence[Source]
    sizes: dict[str, int] = field(default_factory=dict)

    async def placed_sources(self) -> list[Source]:
        """Stores what the rows name; the rows with the keys and sizes of what was stored."""
        contents = dict(self._contents())
        await asyncio.gather(*(self._put(key, content) for key, content in contents.items()))
        return [self._placed_source(source) for source in self.sources]

    def _placed_source(self, source: Source) -> Source:
        if source.kind is STATIONS:
            return replace(source, rows=[self._placed(row) for row in source.rows])
        if source.kind is TOPIC_FILES:
            rows = [self._placed(row) for row in source.rows]
            sizes = (str(self.sizes[row.cells["minio_object_name"]]) for row in rows)
            sized = [
                replace(row, cells={**row.cells, "file_size": size}) for row, size in zip(rows, sizes, strict=True)
            ]
            return replace(source, headers=[*source.headers, "file_size"], rows=sized)
        return source

    async def decorate(self, edit_stations: EditStations, edit_topic_files: EditTopicFiles) -> None:
        """Gives each station what no file of the example data holds: a video, a photo and a document."""
        for row in self._rows(STATIONS):
            name, station_id = row.cells["name"], self.station_ids[row.cells["short_name"]]
            folder = f"stations/{station_id}"
            video, photo, document = (
                f"{folder}/promo_video/Знакомство.mp4",
                f"{folder}/photos/Вид с дороги.jpg",
                f"{folder}/docs/Правила посещения.pdf",
            )
            await self._put(video, self._video)
            await self._put(photo, station_view(name, station_id + 1))
            await self._put(document, self._pdf("Правила посещения", [name, *_VISITING]))
            await edit_topic_files.save_video(station_id, {"title": "Знакомство со станцией", "object_key": video})
            shown = {"title": "Вид с дороги", "view": "station_image", "image_url": photo}
            await edit_stations.add_child(PHOTOS, (station_id,), shown)
            told = {"title": "Правила посещения", "file_url": document}
            await edit_stations.add_child(DOCUMENTS, (station_id,), told)

    def _placed(self, row: Row) -> Row:
        return replace(row, cells={name: self._key(value) for name, value in row.cells.items()})

    def _key(self, value: str) -> str:
        """With the id that the station has here, in place of that in a new database."""
        if not value.startswith("stations/"):
            return value
        root, place, below = value.split("/", 2)
        return f"{root}/{self._ids[int(place) - 1]}/{below}"

    def _contents(self) -> list[tuple[str, bytes]]:
        files = [(self._key(row.cells["minio_object_name"]), self._handout(row)) for row in self._rows(TOPIC_FILES)]
        for number, row in enumerate(self._rows(STATIONS), 1):
            for header, draw in (("image", station_view), ("tech_map_image", flow_diagram)):
                if key := row.cells[header]:
                    files.append((self._key(key), draw(row.cells["name"], number)))
        for row in self._rows(ASSETS):
            key = msgspec.json.decode(row.cells["meta"], type=_Meta).file
            files.append((key, glb(MODELS[row.cells["slug"]])))
        return files

    def _handout(self, row: Row) -> bytes:
        name = PurePosixPath(row.cells["original_name"])
        if name.suffix == ".mp4":
            return self._video
        topic = self._topics[row.cells["lesson"], row.cells["topic"]]
        lines = topic["content"].replace("\n* ", "\n• ").split("\n\n")
        paragraphs = [topic["title"], *lines]
        return docx_handout(name.stem, paragraphs) if name.suffix == ".docx" else self._pdf(name.stem, paragraphs)

    def _pdf(self, title: str, paragraphs: list[str]) -> bytes:
        return pdf_handout(title, paragraphs, font=self._font)

    @cached_property
    def _ids(self) -> list[int]:
        return [self.station_ids[row.cells["short_name"]] for row in self._rows(STATIONS)]

    @cached_property
    def _topics(self) -> dict[tuple[str, str], Mapping[str, str]]:
        return {(row.cells["lesson"], row.cells["code"]): row.cells for row in self._rows(TOPICS)}

    @cached_property
    def _font(self) -> Path:
        texts = (cell for source in self.sources for row in source.rows for cell in row.cells.values())
        write_letters(self.folder / "letters.ttf", [*texts, *_VISITING, "•"])
        return self.folder / "letters.ttf"

    @cached_property
    def _video(self) -> bytes:
        return sample_video("Учебное видео")

    def _rows(self, kind: object) -> list[Row]:
        return [row for source in self.sources if source.kind is kind for row in source.rows]

    async def _put(self, key: str, content: bytes) -> None:
        async def whole() -> AsyncIterator[bytes]:
            yield content

        await self.object_store.put(key, whole(), content_type=media_type_of(key), max_bytes=len(content))
        self.sizes[key] = len(content)


_VISITING = [
    "Посетители входят на площадку с сопровождающим, в каске и защитной обуви.",
    "Телефоны и другие источники искры остаются на проходной.",
]
