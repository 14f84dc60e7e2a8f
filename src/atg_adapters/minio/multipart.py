"""Multipart uploads to an S3 store. All calls block and run in threads."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast
from xml.etree.ElementTree import fromstring

from minio.datatypes import ListMultipartUploadsResult, ListPartsResult, Upload
from minio.xml import Element, SubElement, findtext, getbytes

from atg_adapters.minio.client import translated
from atg_adapters.minio.signed_requests import SignedRequests, error_of
from atg_core.files.model import UploadPart
from atg_core.files.ports import FileTooLarge, UploadNotFound, WrongParts


class S3MultipartUploads:
    """The multipart methods of `ObjectStore`."""

    def __init__(self, requests: SignedRequests) -> None:
        self._requests = requests

    def begin(self, key: str, content_type: str) -> str:
        begun = self._requests.send("POST", key, query={"uploads": ""}, content_type=content_type)
        return cast("str", findtext(fromstring(begun.data), "UploadId", strict=True))  # noqa: S314 - of our own store

    def put(self, key: str, store_id: str, number: int, content: bytes) -> str:
        query = {"partNumber": str(number), "uploadId": store_id}
        with translated(NoSuchUpload=UploadNotFound, NoSuchKey=UploadNotFound):
            return self._requests.send("PUT", key, query=query, body=content).headers["ETag"]

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
            completed = self._requests.send("POST", key, query={"uploadId": store_id}, body=_named(parts))
            if fromstring(completed.data).tag == "Error":  # noqa: S314 - of our own store
                # It had said 200 before it began to put the parts together, to keep the connection.
                raise error_of(completed)

    def _uploaded(self, key: str, store_id: str) -> Iterator[tuple[UploadPart, int]]:
        query = {"uploadId": store_id}
        while True:
            with translated(NoSuchUpload=UploadNotFound, NoSuchKey=UploadNotFound):
                found = ListPartsResult(self._requests.send("GET", key, query=query))
            for part in found.parts:
                yield UploadPart(number=part.part_number, etag=part.etag), part.size or 0
            if not found.is_truncated:
                return
            query["part-number-marker"] = str(found.next_part_number_marker)

    def abort(self, key: str, store_id: str) -> None:
        try:
            with translated(NoSuchUpload=UploadNotFound, NoSuchKey=UploadNotFound):
                self._requests.send("DELETE", key, query={"uploadId": store_id})
        except UploadNotFound:
            return

    def abort_before(self, moment: datetime) -> int:
        old = [
            (upload.object_name, cast("str", upload.upload_id))
            for upload in self._all()
            if upload.initiated_time and upload.initiated_time < moment
        ]
        for key, store_id in old:
            self.abort(key, store_id)
        return len(old)

    def _all(self) -> Iterator[Upload]:
        query = {"uploads": "", "encoding-type": "url"}
        while True:
            found = ListMultipartUploadsResult(self._requests.send("GET", query=query))
            yield from found.uploads
            if not found.is_truncated:
                return
            query["key-marker"] = found.next_key_marker or ""
            query["upload-id-marker"] = found.next_upload_id_marker or ""


def _named(parts: Sequence[UploadPart]) -> bytes:
    """The body that names the parts of a complete object."""
    named = Element("CompleteMultipartUpload")
    for part in parts:
        tag = SubElement(named, "Part")
        SubElement(tag, "PartNumber", str(part.number))
        SubElement(tag, "ETag", part.etag)
    return getbytes(named)
