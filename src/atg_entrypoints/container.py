"""The only place where ports meet adapters."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from dependency_injector import containers, providers

from atg_adapters.jwt.customers import CustomerTokens
from atg_adapters.jwt.tokens import JwtTokens
from atg_adapters.limits.throttle import LimitsThrottle
from atg_adapters.media.recognition import recognise
from atg_adapters.memory.campaign_reading import MemoryCampaignReads
from atg_adapters.memory.campaigns import MemoryAssets, MemoryCampaigns
from atg_adapters.memory.catalog import MemoryCatalog
from atg_adapters.memory.certificates import MemoryAttestations, MemoryCertificates
from atg_adapters.memory.curriculum import MemoryCurriculum
from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.desk import MemoryDesk
from atg_adapters.memory.exporting import MemoryExport
from atg_adapters.memory.goods import MemoryGoods
from atg_adapters.memory.idempotency import MemoryRepeatable
from atg_adapters.memory.identity import MemoryCallers, MemoryIdentity
from atg_adapters.memory.importing import MemoryImport
from atg_adapters.memory.learning import MemoryLearners, MemoryLearning
from atg_adapters.memory.reporting import MemoryAssignments, MemoryReports
from atg_adapters.memory.sales import MemorySales
from atg_adapters.memory.shop import MemoryShop
from atg_adapters.memory.stations import MemoryStations
from atg_adapters.memory.testing import MemoryTestResults, MemoryTests
from atg_adapters.memory.topic_files import MemoryTopicFiles
from atg_adapters.memory.uploads import MemoryFileRecords, MemoryUploads
from atg_adapters.passwords.common import common_passwords
from atg_adapters.passwords.hashing import CORES, HASHES_AT_ONCE, HashedPasswords
from atg_adapters.pdf.certificates import draw_certificate
from atg_adapters.sql.assigning import SqlAssignments
from atg_adapters.sql.campaign_assets import SqlAssets
from atg_adapters.sql.campaign_reading import SqlCampaignReads
from atg_adapters.sql.campaigns import SqlCampaigns
from atg_adapters.sql.catalog import SqlCatalog
from atg_adapters.sql.certificates import SqlAttestations, SqlCertificates
from atg_adapters.sql.curriculum import SqlCurriculum
from atg_adapters.sql.database import Database
from atg_adapters.sql.desk import SqlDesk
from atg_adapters.sql.exporting import SqlExport
from atg_adapters.sql.files import SqlFileRecords, SqlUploads
from atg_adapters.sql.goods import SqlGoods
from atg_adapters.sql.idempotency import SqlRepeatable
from atg_adapters.sql.identity import SqlCallers, SqlIdentity
from atg_adapters.sql.importing import SqlImport
from atg_adapters.sql.learning import SqlLearners, SqlLearning
from atg_adapters.sql.reporting import SqlReports
from atg_adapters.sql.sales import SqlSales
from atg_adapters.sql.shop import SqlShop
from atg_adapters.sql.stations import SqlStations
from atg_adapters.sql.testing import SqlTestResults, SqlTests
from atg_adapters.sql.throttle import SqlThrottle
from atg_adapters.sql.topic_files import SqlTopicFiles
from atg_core.campaigns.codes import new_code
from atg_core.campaigns.editing import EditAssets
from atg_core.campaigns.promo import CheckPromo, IssueCodes, RedeemPromo, SendPromoCode
from atg_core.campaigns.visiting import ConfirmEmail, ShowProgress, StartSession, SubmitEmail, ViewAsset
from atg_core.catalog.authoring import EditStations
from atg_core.catalog.curriculum import Curriculum, EditCurriculum
from atg_core.catalog.program_writing import WriteProgram
from atg_core.catalog.test_writing import EditTests
from atg_core.catalog.topic_files import EditTopicFiles
from atg_core.clock import utc_now
from atg_core.files.reading import DeleteFile, FindFile, ListFolder, SignReading
from atg_core.files.signed_requests import SignedRequests
from atg_core.files.uploading import CleanUploads, ReserveUpload, SignUpload, UploadFile, UploadInParts
from atg_core.identity.accounts import CreateAdmin
from atg_core.identity.administer import AdministerUsers
from atg_core.identity.authenticate import Authenticate
from atg_core.identity.avatar import ChangeAvatar
from atg_core.identity.profile import ChangeProfile
from atg_core.identity.sessions import ChangePassword, EndSessions
from atg_core.identity.signing import Refresh, SignIn, SignOut
from atg_core.ids import new_id
from atg_core.importing.exporting import ExportKind
from atg_core.importing.run import ImportFiles
from atg_core.learning.assigning import Assign
from atg_core.learning.certificates import PrintCertificate, RevokeCertificate
from atg_core.learning.enroll import Enroll, Leave
from atg_core.learning.model import Scope
from atg_core.learning.progress import RecordProgress
from atg_core.learning.settling import Settle
from atg_core.learning.stats import ShowStats
from atg_core.learning.testing import ShowTest, StartAttempt, TakeTest
from atg_core.store.buying import CheckPromo as CheckShopPromo
from atg_core.store.buying import CreatePurchase, PreCheckout, SettlePurchase
from atg_core.store.keeping import KeepCodes, KeepCustomers, KeepGoods, KeepTickets
from atg_core.store.reconciling import ReconcileStars
from atg_core.store.support import AnswerTicket, RefundPurchase, RefundStars, SendMessage
from atg_core.store.updates import AnswerCheckout, NotePayments
from atg_entrypoints import parts
from atg_entrypoints.settings import Settings

_URL_SECONDS = 3600

type Check = Callable[[], Awaitable[Any]]


class Container(containers.DeclarativeContainer):
    """ATG over a database, as `settings` say."""

    settings = providers.Dependency(instance_of=Settings)
    clock = providers.Object(utc_now)
    new_id = providers.Object(new_id)

    database = providers.Singleton(Database, settings.provided.database)
    redis = providers.Singleton(parts.redis, settings)

    repeatable = providers.Singleton(SqlRepeatable, database)
    open_identity = providers.Singleton(Database.opening, database, SqlIdentity)
    callers = providers.Singleton(SqlCallers, database)
    caller_cache = providers.Singleton(parts.caller_cache, settings, redis)
    passwords = providers.Singleton(HashedPasswords)
    tokens = providers.Singleton(JwtTokens, settings.provided.signing_keys, access_ttl=settings.provided.access_ttl)
    lifetime = providers.Singleton(parts.lifetime, settings)
    throttle = providers.Singleton(LimitsThrottle, redis)
    sign_in_throttle = providers.Singleton(SqlThrottle, database, clock)
    request_limit = providers.Singleton(parts.request_limit, settings)
    sign_in_places = providers.Singleton(asyncio.Semaphore, HASHES_AT_ONCE)
    sign_in = providers.Singleton(
        SignIn,
        throttle=sign_in_throttle,
        gate=providers.Singleton(asyncio.Semaphore, HASHES_AT_ONCE + 1),
        open=open_identity,
        passwords=passwords,
        tokens=tokens,
        lifetime=lifetime,
        clock=clock,
        new_id=new_id,
    )
    refresh = providers.Singleton(
        Refresh,
        throttle=throttle,
        open=open_identity,
        tokens=tokens,
        cache=caller_cache,
        lifetime=lifetime,
        clock=clock,
        new_id=new_id,
    )
    sign_out = providers.Singleton(
        SignOut, open=open_identity, tokens=tokens, cache=caller_cache, clock=clock, new_id=new_id
    )
    end_sessions = providers.Singleton(EndSessions, open=open_identity, cache=caller_cache, clock=clock, new_id=new_id)
    change_password = providers.Singleton(
        ChangePassword,
        throttle=sign_in_throttle,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
        cache=caller_cache,
        clock=clock,
        new_id=new_id,
    )
    authenticate = providers.Singleton(Authenticate, callers=callers, cache=caller_cache, tokens=tokens, clock=clock)
    change_profile = providers.Singleton(ChangeProfile, open=open_identity, cache=caller_cache, clock=clock)
    administer_users = providers.Singleton(
        AdministerUsers,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
        cache=caller_cache,
        clock=clock,
        new_id=new_id,
    )
    create_admin = providers.Singleton(
        CreateAdmin,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
        clock=clock,
        new_id=new_id,
    )

    catalog = providers.Singleton(SqlCatalog, database)
    open_stations = providers.Singleton(Database.opening, database, SqlStations)
    edit_stations = providers.Singleton(EditStations, open=open_stations, clock=clock)

    open_learning = providers.Singleton(Database.opening, database, SqlLearning)
    learners = providers.Singleton(SqlLearners, database)
    settle = providers.Singleton(
        Settle,
        open=open_learning,
        clock=clock,
        new_id=new_id,
        new_code=providers.Object(partial(secrets.token_urlsafe, 16)),
        timezone=settings.provided.zone,
    )
    enroll = providers.Singleton(Enroll, open=open_learning, settle=settle, clock=clock, new_id=new_id)
    leave = providers.Singleton(Leave, open=open_learning, clock=clock)
    record_progress = providers.Singleton(RecordProgress, open=open_learning, settle=settle, clock=clock)
    show_stats = providers.Singleton(ShowStats, learners=learners, clock=clock, timezone=settings.provided.zone)

    open_tests = providers.Singleton(Database.opening, database, SqlTests)
    test_results = providers.Singleton(SqlTestResults, database)
    show_test = providers.Singleton(ShowTest, open=open_tests)
    start_attempt = providers.Singleton(StartAttempt, open=open_tests, clock=clock, new_id=new_id)
    take_test = providers.Singleton(TakeTest, open=open_tests, settle=settle, clock=clock, new_id=new_id)

    open_certificates = providers.Singleton(Database.opening, database, SqlCertificates)
    attestations = providers.Singleton(SqlAttestations, database)
    print_certificate = providers.Singleton(
        PrintCertificate,
        attestations=attestations,
        draw=providers.Object(draw_certificate),
        base_url=settings.provided.base_url,
        timezone=settings.provided.zone,
    )
    revoke_certificate = providers.Singleton(
        RevokeCertificate,
        together=database.provided.shared_transaction,
        open=open_certificates,
        note=providers.Singleton(parts.noting_revocations, open_identity, clock, new_id),
        clock=clock,
    )

    open_assignments = providers.Singleton(Database.opening, database, SqlAssignments)
    assign = providers.Singleton(Assign, open=open_assignments, settle=settle, clock=clock, new_id=new_id)
    reports = providers.Singleton(SqlReports, database)

    open_curriculum = providers.Singleton(Database.opening, database, SqlCurriculum)
    curriculum = providers.Singleton(
        Curriculum,
        together=database.provided.shared_transaction,
        open=open_curriculum,
        settle=providers.Singleton(parts.settling_station, settle),
    )
    edit_curriculum = providers.Singleton(EditCurriculum, curriculum=curriculum, clock=clock, new_id=new_id)
    edit_tests = providers.Singleton(EditTests, curriculum=curriculum, clock=clock)
    write_program = providers.Singleton(WriteProgram, curriculum=curriculum, catalog=catalog, clock=clock)

    url_signer = providers.Singleton(parts.url_signer, settings)
    object_store = providers.Singleton(parts.object_store, settings, url_signer)
    open_uploads = providers.Singleton(Database.opening, database, SqlUploads)
    file_records = providers.Singleton(SqlFileRecords, database)
    read_rights = providers.Singleton(parts.read_rights, settings, file_records)
    find_file = providers.Singleton(FindFile, store=object_store, rights=read_rights)
    list_folder = providers.Singleton(ListFolder, store=object_store, rights=read_rights)
    sign_reading = providers.Singleton(SignReading, find=find_file, store=object_store, signer=url_signer, clock=clock)
    sign_urls = providers.Singleton(parts.signing_urls, sign_reading)
    checks = providers.Singleton(parts.checks, database, redis, object_store)
    self_served_store = providers.Singleton(parts.self_served, object_store)
    signed_requests = providers.Singleton(
        SignedRequests,
        store=self_served_store,
        signer=url_signer,
        clock=clock,
        most_part_bytes=settings.provided.upload_max_bytes,
    )
    open_topic_files = providers.Singleton(Database.opening, database, SqlTopicFiles)
    edit_topic_files = providers.Singleton(
        EditTopicFiles,
        open=open_topic_files,
        objects=object_store,
        recognise=providers.Singleton(parts.recognising, object_store),
        is_named=file_records.provided.is_named,
        clock=clock,
    )
    change_avatar = providers.Singleton(
        ChangeAvatar,
        open=open_identity,
        cache=caller_cache,
        pictures=object_store,
        recognise=providers.Object(recognise),
        url_of=providers.Singleton(parts.stream_url, settings),
        clock=clock,
        new_id=new_id,
    )
    delete_file = providers.Singleton(DeleteFile, store=object_store, records=file_records)
    upload_limits = providers.Singleton(parts.upload_limits, settings)
    reserve_upload = providers.Singleton(
        ReserveUpload,
        store=object_store,
        open=open_uploads,
        limits=upload_limits,
        clock=clock,
        new_id=new_id,
    )
    sign_upload = providers.Singleton(SignUpload, reserve=reserve_upload, store=object_store)
    upload_in_parts = providers.Singleton(UploadInParts, reserve=reserve_upload, store=object_store, open=open_uploads)
    upload_file = providers.Singleton(UploadFile, reserve=reserve_upload, store=object_store, open=open_uploads)
    clean_uploads = providers.Singleton(CleanUploads, store=object_store, open=open_uploads, clock=clock)

    pace = providers.Singleton(parts.pace, settings)
    jobs = providers.Singleton(parts.jobs, database, clock, pace)
    mail = providers.Singleton(parts.mail, settings, clock)
    templates = providers.Singleton(parts.templates)
    opened: providers.Singleton[AsyncExitStack] = providers.Singleton(AsyncExitStack)
    telegram = providers.Singleton(parts.telegram, settings, clock, opened)
    mini_app = providers.Singleton(parts.mini_app, settings)

    campaigns = providers.Singleton(SqlCampaignReads, database)
    open_campaigns = providers.Singleton(Database.opening, database, SqlCampaigns, shared=True)
    open_assets = providers.Singleton(Database.opening, database, SqlAssets)
    edit_assets = providers.Singleton(EditAssets, open=open_assets)
    issue_codes = providers.Singleton(
        IssueCodes,
        jobs=jobs,
        clock=clock,
        new_id=new_id,
        new_code=providers.Object(new_code),
    )
    start_session = providers.Singleton(
        StartSession, open=open_campaigns, clock=clock, timezone=settings.provided.zone, new_id=new_id
    )
    view_asset = providers.Singleton(
        ViewAsset,
        open=open_campaigns,
        issue=issue_codes,
        clock=clock,
        timezone=settings.provided.zone,
    )
    submit_email = providers.Singleton(
        SubmitEmail,
        open=open_campaigns,
        issue=issue_codes,
        clock=clock,
        timezone=settings.provided.zone,
        new_id=new_id,
    )
    confirmation_tokens = providers.Singleton(parts.confirmation_tokens, settings)
    confirm_email = providers.Singleton(ConfirmEmail, open=open_campaigns, tokens=confirmation_tokens, clock=clock)
    show_progress = providers.Singleton(ShowProgress, open=open_campaigns, clock=clock, timezone=settings.provided.zone)
    check_promo = providers.Singleton(
        CheckPromo,
        open=open_campaigns,
        issue=issue_codes,
        clock=clock,
        timezone=settings.provided.zone,
    )
    redeem_promo = providers.Singleton(RedeemPromo, open=open_campaigns, clock=clock)
    send_promo_code = providers.Singleton(
        SendPromoCode,
        open=open_campaigns,
        jobs=jobs,
        mail=mail,
        templates=templates,
        tokens=confirmation_tokens,
        confirm_url=providers.Singleton(parts.confirm_url, settings),
        clock=clock,
    )

    shop = providers.Singleton(SqlShop, database)
    open_sales = providers.Singleton(Database.opening, database, SqlSales, shared=True)
    open_goods = providers.Singleton(Database.opening, database, SqlGoods)
    open_desk = providers.Singleton(Database.opening, database, SqlDesk, shared=True)
    customer_tokens = providers.Singleton(CustomerTokens, settings.provided.signing_keys)
    keep_goods = providers.Singleton(KeepGoods, open=open_goods, clock=clock)
    keep_customers = providers.Singleton(KeepCustomers, open=open_desk, clock=clock)
    keep_codes = providers.Singleton(KeepCodes, open=open_desk, clock=clock)
    keep_tickets = providers.Singleton(KeepTickets, open=open_desk, clock=clock)
    answer_ticket = providers.Singleton(AnswerTicket, open=open_desk, jobs=jobs, clock=clock)
    create_purchase = providers.Singleton(CreatePurchase, open=open_sales, clock=clock)
    pre_checkout = providers.Singleton(PreCheckout, shop=shop, clock=clock)
    settle_purchase = providers.Singleton(SettlePurchase, open=open_sales, clock=clock)
    refund_purchase = providers.Singleton(RefundPurchase, open=open_sales, settle=settle_purchase, jobs=jobs)
    answer_checkout = providers.Singleton(AnswerCheckout, check=pre_checkout)
    note_payments = providers.Singleton(NotePayments, open=open_sales, jobs=jobs, clock=clock)
    reconcile_stars = providers.Singleton(ReconcileStars, open=open_sales, telegram=telegram, note=note_payments)
    send_message = providers.Singleton(SendMessage, telegram=telegram)
    refund_stars = providers.Singleton(RefundStars, telegram=telegram)
    check_shop_promo = providers.Singleton(CheckShopPromo, shop=shop, clock=clock)

    work = providers.Singleton(
        parts.work,
        settings,
        providers.Dict(
            send_promocode_email=send_promo_code, send_telegram_message=send_message, refund_stars=refund_stars
        ),
        providers.Dict(
            clean_uploads=clean_uploads,
            expire_purchases=settle_purchase.provided.fail_overdue,
            reconcile_stars=reconcile_stars,
        ),
    )

    export_reader = providers.Singleton(SqlExport, database)
    export_kind = providers.Singleton(ExportKind, reader=export_reader)
    open_import = providers.Singleton(Database.opening, database, SqlImport)
    import_files = providers.Singleton(
        ImportFiles,
        together=database.provided.shared_transaction,
        open=open_import,
        settle=providers.Singleton(partial, settle, Scope()),
        passwords=providers.Singleton(HashedPasswords, CORES),
        clock=clock,
    )


class MemoryAdapters(containers.DeclarativeContainer):
    """What stands in for the database where everything is kept in the process."""

    database = providers.Singleton(MemoryDatabase)
    repeatable = providers.Singleton(MemoryRepeatable, database)
    sign_in_throttle = providers.Singleton(LimitsThrottle)
    open_identity = providers.Singleton(MemoryDatabase.opening, database, MemoryIdentity)
    callers = providers.Singleton(MemoryCallers, database)
    catalog = providers.Singleton(MemoryCatalog, database)
    open_stations = providers.Singleton(MemoryDatabase.opening, database, MemoryStations)
    open_learning = providers.Singleton(MemoryDatabase.opening, database, MemoryLearning)
    learners = providers.Singleton(MemoryLearners, database)
    open_tests = providers.Singleton(MemoryDatabase.opening, database, MemoryTests)
    test_results = providers.Singleton(MemoryTestResults, database)
    open_assignments = providers.Singleton(MemoryDatabase.opening, database, MemoryAssignments)
    reports = providers.Singleton(MemoryReports, database)
    open_curriculum = providers.Singleton(MemoryDatabase.opening, database, MemoryCurriculum)
    open_certificates = providers.Singleton(MemoryDatabase.opening, database, MemoryCertificates)
    attestations = providers.Singleton(MemoryAttestations, database)
    open_uploads = providers.Singleton(MemoryDatabase.opening, database, MemoryUploads)
    file_records = providers.Singleton(MemoryFileRecords, database)
    open_topic_files = providers.Singleton(MemoryDatabase.opening, database, MemoryTopicFiles)
    campaigns = providers.Singleton(MemoryCampaignReads, database)
    open_campaigns = providers.Singleton(MemoryDatabase.opening, database, MemoryCampaigns, shared=True)
    open_assets = providers.Singleton(MemoryDatabase.opening, database, MemoryAssets)
    shop = providers.Singleton(MemoryShop, database)
    open_sales = providers.Singleton(MemoryDatabase.opening, database, MemorySales, shared=True)
    open_goods = providers.Singleton(MemoryDatabase.opening, database, MemoryGoods)
    open_desk = providers.Singleton(MemoryDatabase.opening, database, MemoryDesk, shared=True)
    export_reader = providers.Singleton(MemoryExport, database)
    open_import = providers.Singleton(MemoryDatabase.opening, database, MemoryImport)


async def close(container: Container) -> None:
    """Gives back the connections that the container has opened."""
    await container.opened().aclose()
    await container.database().close()
    redis = container.redis()
    if redis is not None:
        await redis.aclose()


def create_container(settings: Settings) -> Container:
    """A container whose adapters follow from the settings."""
    container = Container(settings=settings)
    if settings.in_memory:
        container.override(MemoryAdapters())
    return container
