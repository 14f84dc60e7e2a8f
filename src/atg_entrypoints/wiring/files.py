"""Files: the object store, who may read what, and uploads."""

import hmac
from collections.abc import Awaitable, Callable, Sequence

from dependency_injector import providers

from atg_adapters.filesystem.store import FilesystemStore
from atg_adapters.memory.files import MemoryStore
from atg_adapters.minio.store import S3Store
from atg_adapters.sql.database import Database
from atg_adapters.sql.files import SqlFileRecords, SqlUploads
from atg_core.files.ports import FileRecords, ObjectStore, SelfServedStore
from atg_core.files.reading import DeleteFile, FindFile, ListFolder, SignReading
from atg_core.files.rights import (
    ForTheGroup,
    ForTheirStudents,
    ForUploaders,
    ReadRights,
    for_administrators,
    for_authors,
    for_everyone,
)
from atg_core.files.signed_requests import SignedRequests
from atg_core.files.signing import UrlSigner
from atg_core.files.uploading import CleanUploads, ReserveUpload, SignUpload, UploadFile, UploadInParts, UploadLimits
from atg_core.identity.model import Caller
from atg_entrypoints.settings import Settings
from atg_entrypoints.visitors import visitor_of
from atg_entrypoints.wiring.shared import Shared

_URL_SECONDS = 3600


def _url_signer(settings: Settings) -> UrlSigner:
    return UrlSigner(hmac.digest(settings.secret_key.encode(), b"atg:files", "sha256"))


def _object_store(settings: Settings, signer: UrlSigner) -> ObjectStore:
    if settings.s3_endpoint:
        return S3Store(
            settings.s3_endpoint,
            settings.s3_public_endpoint,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key,
            bucket=settings.s3_bucket,
            region=settings.s3_region,
        )
    if settings.in_memory:
        return MemoryStore(signer, settings.base_url)
    return FilesystemStore(settings.home_path / "files", signer, settings.base_url)


def _self_served(store: ObjectStore) -> SelfServedStore | None:
    return store if isinstance(store, MemoryStore | FilesystemStore) else None


def _read_rights(settings: Settings, records: FileRecords) -> ReadRights:
    return ReadRights(
        records=records,
        public_prefixes=tuple(settings.public_prefixes),
        require_enrollment=settings.files_require_enrollment,
        rules={
            "private/": for_authors,
            "teachers/": ForTheirStudents(records),
            "avatars/": for_everyone,
            "incoming/": ForUploaders(records),
            "recordings/": ForTheGroup(records),
            "shop/": for_administrators,
        },
    )


def _upload_limits(settings: Settings) -> UploadLimits:
    return UploadLimits(
        types=tuple(settings.upload_types),
        most_bytes=settings.upload_max_bytes,
        quota_bytes=settings.upload_quota_bytes,
    )


def _signing_urls(sign: SignReading) -> Callable[[Caller | None, Sequence[str]], Awaitable[dict[str, str]]]:
    async def sign_urls(caller: Caller | None, keys: Sequence[str]) -> dict[str, str]:
        return await sign.urls(visitor_of(caller), keys, seconds=_URL_SECONDS)

    return sign_urls


class Files(Shared):
    url_signer = providers.Singleton(_url_signer, Shared.settings)
    object_store = providers.Singleton(_object_store, Shared.settings, url_signer)
    open_uploads = providers.Singleton(Database.opening, Shared.database, SqlUploads)
    file_records = providers.Singleton(SqlFileRecords, Shared.database)
    read_rights = providers.Singleton(_read_rights, Shared.settings, file_records)
    find_file = providers.Singleton(FindFile, store=object_store, rights=read_rights)
    list_folder = providers.Singleton(ListFolder, store=object_store, rights=read_rights)
    sign_reading = providers.Singleton(
        SignReading, find=find_file, store=object_store, signer=url_signer, clock=Shared.clock
    )
    sign_urls = providers.Singleton(_signing_urls, sign_reading)
    self_served_store = providers.Singleton(_self_served, object_store)
    signed_requests = providers.Singleton(
        SignedRequests,
        store=self_served_store,
        signer=url_signer,
        clock=Shared.clock,
        most_part_bytes=Shared.settings.provided.upload_max_bytes,
    )
    delete_file = providers.Singleton(DeleteFile, store=object_store, records=file_records)
    upload_limits = providers.Singleton(_upload_limits, Shared.settings)
    reserve_upload = providers.Singleton(
        ReserveUpload,
        store=object_store,
        open=open_uploads,
        limits=upload_limits,
        clock=Shared.clock,
        new_id=Shared.new_id,
    )
    sign_upload = providers.Singleton(SignUpload, reserve=reserve_upload, store=object_store)
    upload_in_parts = providers.Singleton(UploadInParts, reserve=reserve_upload, store=object_store, open=open_uploads)
    upload_file = providers.Singleton(UploadFile, reserve=reserve_upload, store=object_store, open=open_uploads)
    clean_uploads = providers.Singleton(CleanUploads, store=object_store, open=open_uploads, clock=Shared.clock)
