"""Multipart uploads to an S3 store. All calls block and run in threads.

The client's methods for single parts are private: its public ones upload whole files only.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from minio import Minio
from minio.datatypes import Part as S3Part

from atg_adapters.minio.client import translated
from atg_core.files.model import UploadPart
from atg_core.files.ports import FileTooLarge, UploadNotFound, WrongParts


class S3MultipartUploads:
    """The multipart methods of `ObjectStore`."""

    def __init__(self, client: Minio, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def begin(self, key: str, content_type: str) -> str:
        return self._client._create_multipart_upload(self._bucket, key, {"Content-Type": content_type})  # noqa: SLF001

    def put(self, key: str, store_id: str, number: int, content: bytes) -> str:
        with translated(NoSuchUpload=UploadNotFound, NoSuchKey=UploadNotFound):
            etag = self._client._upload_part(self._bucket, key, content, None, store_id, number)  # noqa: SLF001
        return f'"{etag}"'

    def complete(self, key: str, store_id: str, parts: Sequence[UploadPart], max_bytes: int) -> None:
        sizes = {part.number: (part.etag, size) for part, size in self._uploaded(key, store_id)}
        numbers = [part.number for part in parts]
        named = [sizes.get(part.number, ("", 0)) for part in parts]
        if (
            not parts
            or numbers != sorted(set(numbers))
            or any(etag != part.etag.strip('"') for (etag, _), part in zip(named, parts, strict=True))
        ):
            raise WrongParts
        if sum(size for _, size in named) > max_bytes:
            self.abort(key, store_id)
            raise FileTooLarge
        with translated(
            NoSuchUpload=UploadNotFound, InvalidPart=WrongParts, InvalidPartOrder=WrongParts, EntityTooSmall=WrongParts
        ):
            self._client._complete_multipart_upload(  # noqa: SLF001
                self._bucket, key, store_id, [S3Part(part.number, part.etag.strip('"')) for part in parts]
            )

    def _uploaded(self, key: str, store_id: str) -> Iterator[tuple[UploadPart, int]]:
        marker = None
        while True:
            with translated(NoSuchUpload=UploadNotFound, NoSuchKey=UploadNotFound):
                found = self._client._list_parts(  # noqa: SLF001
                    self._bucket, key, store_id, part_number_marker=marker
                )
            for part in found.parts or []:
                yield UploadPart(number=part.part_number, etag=part.etag), part.size or 0
            marker = str(found.next_part_number_marker)
            if not found.is_truncated:
                return

    def abort(self, key: str, store_id: str) -> None:
        try:
            with translated(NoSuchUpload=UploadNotFound, NoSuchKey=UploadNotFound):
                self._client._abort_multipart_upload(self._bucket, key, store_id)  # noqa: SLF001
        except UploadNotFound:
            return

    def abort_before(self, moment: datetime) -> int:
        old = [
            (upload.object_name, upload.upload_id)
            for upload in self._upload()
            if upload.initiated_time and upload.initiated_time < moment
        ]
        for key, store_id in old:
            self.abort(key, store_id)
        return len(old)

    def _upload(self) -> Iterator[Any]:
        key_marker = id_marker = None
        while True:
            found = self._client._list_multipart_uploads(  # noqa: SLF001
                self._bucket, key_marker=key_marker, upload_id_marker=id_marker
            )
            yield from found.uploads
            if not found.is_truncated:
                return
            key_marker, id_marker = found.next_key_marker, found.next_upload_id_marker
