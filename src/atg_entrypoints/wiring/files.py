"""Files: object store, permissions, uploads and signed URLs."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from dependency_injector import providers

from atg_adapters.filesystem.object_store import FilesystemObjectStore
from atg_adapters.memory.files.object_store import MemoryObjectStore
from atg_adapters.sql.files.file_records import SqlFileRecords
from atg_adapters.sql.files.sold_files import SqlSoldFiles
from atg_adapters.sql.files.uploads import SqlUploads
from atg_core.files.objects import DeleteFile, FindFile, ListFolder, SignDownload
from atg_core.files.permissions import (
    AllowBuyers,
    AllowLessonGroup,
    AllowTeacherAndStudents,
    AllowUploader,
    ReadPermissions,
    allow_authors,
    allow_everyone,
)
from atg_core.files.ports import FileRecords, ObjectStore, SelfServedStore, SoldFiles
from atg_core.files.proxied_parts import ProxiedParts
from atg_core.files.signed_urls import ServeSignedUrls, UrlSigner
from atg_core.files.upload_quota import ReserveUpload, UploadLimits
from atg_core.files.uploads import CleanUploads, MultipartUpload, SignUpload, UploadFile
from atg_core.identity.model import Caller
from atg_entrypoints.principals import principal_of
from atg_entrypoints.settings import Settings
from atg_entrypoints.wiring.shared import Shared, derived_key, reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case

if TYPE_CHECKING:
    from atg_adapters.opentelemetry.spans import Spans

_URL_SECONDS = 3600


def _object_store(settings: Settings, signer: UrlSigner, spans: "Spans | None") -> ObjectStore:
    """In S3, in memory or in the home folder. Imported here: the client of S3 is large."""
    if settings.s3_endpoint:
        from atg_adapters.minio.client import connections  # noqa: PLC0415
        from atg_adapters.minio.object_store import S3ObjectStore  # noqa: PLC0415

        return S3ObjectStore(
            settings.s3_endpoint,
            settings.s3_public_endpoint,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key,
            bucket=settings.s3_bucket,
            region=settings.s3_region,
            connections=spans.store_connections if spans else connections,
        )
    if settings.in_memory:
        return MemoryObjectStore(signer, settings.base_url)
    return FilesystemObjectStore(settings.home_path / "files", signer, settings.base_url)


def _self_served(store: ObjectStore) -> SelfServedStore | None:
    return store if isinstance(store, MemoryObjectStore | FilesystemObjectStore) else None


def _read_permissions(settings: Settings, records: FileRecords, sold: SoldFiles) -> ReadPermissions:
    return ReadPermissions(
        file_records=records,
        public_prefixes=tuple(settings.public_prefixes),
        require_enrollment=settings.files_require_enrollment,
        rules={
            "private/": allow_authors,
            "teachers/": AllowTeacherAndStudents(records),
            "avatars/": allow_everyone,
            "incoming/": AllowUploader(records),
            "recordings/": AllowLessonGroup(records),
        },
        open_rules={"shop/": AllowBuyers(sold)},
    )


def _upload_limits(settings: Settings) -> UploadLimits:
    return UploadLimits(
        types=tuple(settings.upload_types),
        max_bytes=settings.upload_max_bytes,
        quota_bytes=settings.upload_quota_bytes,
    )


def _signing_urls(sign: SignDownload) -> Callable[[Caller | None, Sequence[str]], Awaitable[dict[str, str]]]:
    async def sign_urls(caller: Caller | None, keys: Sequence[str]) -> dict[str, str]:
        return await sign.urls(principal_of(caller), keys, seconds=_URL_SECONDS)

    return sign_urls


class Files(Shared):
    url_signer = providers.Singleton(UrlSigner, derived_key("files"))
    object_store = providers.Singleton(_object_store, Shared.settings, url_signer, Shared.spans)
    open_uploads = unit_of_work(SqlUploads)
    file_records = reading(SqlFileRecords)
    sold_files = reading(SqlSoldFiles)
    read_permissions = providers.Singleton(_read_permissions, Shared.settings, file_records, sold_files)
    find_file = use_case(FindFile)
    list_folder = use_case(ListFolder)
    sign_download = use_case(SignDownload)
    sign_urls = providers.Singleton(_signing_urls, sign_download)
    self_served_store = providers.Singleton(_self_served, object_store)
    serve_signed_urls = use_case(ServeSignedUrls, max_part_bytes=Shared.settings.provided.upload_max_bytes)
    delete_file = use_case(DeleteFile)
    upload_limits = providers.Singleton(_upload_limits, Shared.settings)
    reserve_upload = use_case(ReserveUpload, open=open_uploads)
    sign_upload = use_case(SignUpload)
    multipart_upload = use_case(MultipartUpload, open=open_uploads)
    proxied_parts = use_case(ProxiedParts, open=open_uploads)
    upload_file = use_case(UploadFile)
    clean_uploads = use_case(CleanUploads, open=open_uploads)
