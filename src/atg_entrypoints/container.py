"""The only place where ports meet adapters."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from dependency_injector import containers, providers

from atg_adapters.ical.feed import IcalFeed
from atg_adapters.ical.recurrence import days_of
from atg_adapters.jwt.customers import CustomerTokens
from atg_adapters.jwt.tokens import JwtTokens
from atg_adapters.limits.throttle import LimitsThrottle
from atg_adapters.matplotlib.progress_chart import draw_progress_chart
from atg_adapters.media.recognition import recognise
from atg_adapters.passwords.common import common_passwords
from atg_adapters.passwords.hashing import CORES, HASHES_AT_ONCE, HashedPasswords
from atg_adapters.pdf.certificates import draw_certificate
from atg_adapters.sql.assigning import SqlAssignments
from atg_adapters.sql.audit import SqlAuditSeals, SqlAuditTrail
from atg_adapters.sql.campaign_assets import SqlAssets
from atg_adapters.sql.campaign_reading import SqlCampaignReads
from atg_adapters.sql.campaigns import SqlCampaigns
from atg_adapters.sql.catalog import SqlCatalog
from atg_adapters.sql.certificates import SqlAttestations, SqlCertificates
from atg_adapters.sql.conference_accounts import SqlAccounts, SqlConferences, SqlRecordings
from atg_adapters.sql.control_points import SqlControlPoints
from atg_adapters.sql.curriculum import SqlCurriculum
from atg_adapters.sql.database import Database
from atg_adapters.sql.desk import SqlDesk
from atg_adapters.sql.exporting import SqlExport
from atg_adapters.sql.files import SqlFileRecords, SqlUploads
from atg_adapters.sql.goods import SqlGoods
from atg_adapters.sql.grade_records import SqlRecords
from atg_adapters.sql.gradebook import SqlGradebook
from atg_adapters.sql.homework import SqlHomework
from atg_adapters.sql.homework_notices import SqlNotices
from atg_adapters.sql.homework_reading import SqlHomeworks
from atg_adapters.sql.idempotency import SqlRepeatable
from atg_adapters.sql.identity import SqlCallers, SqlIdentity
from atg_adapters.sql.importing import SqlImport
from atg_adapters.sql.learning import SqlLearners, SqlLearning
from atg_adapters.sql.pool import SqlPool
from atg_adapters.sql.register import SqlRegister
from atg_adapters.sql.reporting import SqlReports
from atg_adapters.sql.sales import SqlSales
from atg_adapters.sql.schedule import SqlSchedule
from atg_adapters.sql.shop import SqlShop
from atg_adapters.sql.stations import SqlStations
from atg_adapters.sql.submissions import SqlSubmissions
from atg_adapters.sql.teaching import SqlTeaching
from atg_adapters.sql.testing import SqlTestResults, SqlTests
from atg_adapters.sql.throttle import SqlThrottle
from atg_adapters.sql.timetable import SqlTimetable
from atg_adapters.sql.topic_files import SqlTopicFiles
from atg_adapters.tabular.workbooks import write_workbook
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
from atg_core.conferencing.accounts import KeepAccounts
from atg_core.conferencing.copying import CopyRecordings
from atg_core.conferencing.ending import EndLesson, NoteEvents, Reap
from atg_core.conferencing.hosting import EndMeeting, Tidying, TidyMeeting
from atg_core.conferencing.links import AddRecordingLink
from atg_core.conferencing.starting import StartLesson
from atg_core.files.reading import DeleteFile, FindFile, ListFolder, SignReading
from atg_core.files.signed_requests import SignedRequests
from atg_core.files.uploading import CleanUploads, ReserveUpload, SignUpload, UploadFile, UploadInParts
from atg_core.gradebook.attending import MarkAttendance
from atg_core.gradebook.grading import EditControlPoints, GradeControlPoint
from atg_core.gradebook.journal import ShowJournal, ShowOwn
from atg_core.gradebook.progress import ShowProgress as ShowGradeProgress
from atg_core.gradebook.summary import SummarizeTeaching
from atg_core.homework.marking import GradeAnswers
from atg_core.homework.showing import ShowHomework
from atg_core.homework.submitting import HandIn, OpenDraft
from atg_core.homework.telling import AnnounceHomework, SendHomeworkMail
from atg_core.homework.writing import EditHomework
from atg_core.identity.accounts import CreateAdmin
from atg_core.identity.addresses import ChangeEmail
from atg_core.identity.addresses import ConfirmEmail as ConfirmAccountEmail
from atg_core.identity.administer import AdministerUsers
from atg_core.identity.auditing import SealAudit, VerifyAudit
from atg_core.identity.authenticate import Authenticate
from atg_core.identity.avatar import ChangeAvatar
from atg_core.identity.beginning import BeginSession
from atg_core.identity.entering import Enter, OpenAccount
from atg_core.identity.letters import ForgetMailTokens, SendAccountMail, SendLink
from atg_core.identity.profile import ChangeProfile
from atg_core.identity.recovering import ForgotPassword, MailPasswordReset, ResetPassword
from atg_core.identity.sessions import ChangePassword, DenySession, EndSessions, RequirePassword
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
from atg_core.schedule.calendar import Calendar, Unfold
from atg_core.schedule.feed import IssueCalendarToken, ShowFeed
from atg_core.schedule.groups import EditGroups
from atg_core.schedule.lessons import EditLessons
from atg_core.schedule.recurring import EditRules, MakeLesson
from atg_core.store.buying import CheckPromo as CheckShopPromo
from atg_core.store.buying import CreatePurchase, PreCheckout, SettlePurchase
from atg_core.store.keeping import KeepCodes, KeepCustomers, KeepGoods, KeepTickets
from atg_core.store.reconciling import ReconcileStars
from atg_core.store.support import AnswerTicket, RefundPurchase, RefundStars, SendMessage
from atg_core.store.updates import AnswerCheckout, NotePayments
from atg_entrypoints import parts
from atg_entrypoints.memory_container import MemoryAdapters
from atg_entrypoints.settings import Settings

_STARTS_AT_ONCE = 8

type Check = Callable[[], Awaitable[Any]]


class Container(containers.DeclarativeContainer):
    """ATG over a database, as `settings` say."""

    settings = providers.Dependency(instance_of=Settings)
    clock = providers.Object(utc_now)
    new_id = providers.Object(new_id)

    database = providers.Singleton(Database, settings.provided.database)
    redis = providers.Singleton(parts.redis, settings)
    pace = providers.Singleton(parts.pace, settings)
    jobs = providers.Singleton(parts.jobs, database, clock, pace)

    repeatable = providers.Singleton(SqlRepeatable, database)
    open_identity = providers.Singleton(Database.opening, database, SqlIdentity, shared=True)
    callers = providers.Singleton(SqlCallers, database)
    caller_cache = providers.Singleton(parts.caller_cache, settings, redis)
    passwords = providers.Singleton(HashedPasswords)
    tokens = providers.Singleton(JwtTokens, settings.provided.signing_keys, access_ttl=settings.provided.access_ttl)
    lifetime = providers.Singleton(parts.lifetime, settings)
    throttle = providers.Singleton(LimitsThrottle, redis)
    sign_in_throttle = providers.Singleton(SqlThrottle, database, clock)
    request_limit = providers.Singleton(parts.request_limit, settings)
    sign_in_places = providers.Singleton(asyncio.Semaphore, HASHES_AT_ONCE)
    hashing_gate = providers.Singleton(asyncio.Semaphore, HASHES_AT_ONCE + 1)
    link_tokens = providers.Singleton(parts.link_tokens, settings)
    send_link = providers.Singleton(SendLink, jobs=jobs, tokens=link_tokens, clock=clock, new_id=new_id)
    begin_session = providers.Singleton(
        BeginSession, send_link=send_link, tokens=tokens, lifetime=lifetime, clock=clock, new_id=new_id
    )
    sign_in = providers.Singleton(
        SignIn,
        throttle=sign_in_throttle,
        gate=hashing_gate,
        open=open_identity,
        passwords=passwords,
        begin=begin_session,
        clock=clock,
        new_id=new_id,
    )
    role_choices = providers.Singleton(parts.role_choices, settings)
    open_account = providers.Singleton(OpenAccount, send_link=send_link, clock=clock, new_id=new_id)
    enter = providers.Singleton(
        Enter,
        sign_in=sign_in,
        open_account=open_account,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
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
    deny_session = providers.Singleton(
        DenySession, open=open_identity, cache=caller_cache, send_link=send_link, clock=clock, new_id=new_id
    )
    require_password = providers.Singleton(
        RequirePassword, open=open_identity, passwords=passwords, throttle=sign_in_throttle
    )
    change_email = providers.Singleton(
        ChangeEmail,
        open=open_identity,
        require_password=require_password,
        throttle=sign_in_throttle,
        send_link=send_link,
        clock=clock,
        new_id=new_id,
    )
    audit_trail = providers.Singleton(SqlAuditTrail, database)
    open_audit_seals = providers.Singleton(Database.opening, database, SqlAuditSeals)
    seal_audit = providers.Singleton(SealAudit, open=open_audit_seals, clock=clock)
    verify_audit = providers.Singleton(VerifyAudit, trail=audit_trail)
    confirm_account_email = providers.Singleton(
        ConfirmAccountEmail, open=open_identity, cache=caller_cache, clock=clock, new_id=new_id
    )
    forgot_password = providers.Singleton(ForgotPassword, throttle=sign_in_throttle, jobs=jobs)
    reset_password = providers.Singleton(
        ResetPassword,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
        gate=hashing_gate,
        cache=caller_cache,
        clock=clock,
        new_id=new_id,
    )
    change_password = providers.Singleton(
        ChangePassword,
        require_password=require_password,
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

    mail = providers.Singleton(parts.mail, settings, clock)
    templates = providers.Singleton(parts.templates)
    mail_password_reset = providers.Singleton(
        MailPasswordReset, open=open_identity, send_link=send_link, clock=clock, new_id=new_id
    )
    send_account_mail = providers.Singleton(
        SendAccountMail,
        open=open_identity,
        callers=callers,
        mail=mail,
        templates=templates,
        tokens=link_tokens,
        urls=providers.Singleton(parts.link_urls, settings),
        timezone=settings.provided.zone,
        clock=clock,
    )
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

    unfold = providers.Singleton(Unfold, dates=providers.Object(days_of), term_start=settings.provided.term_start)
    schedule = providers.Singleton(SqlSchedule, database)
    open_timetable = providers.Singleton(Database.opening, database, SqlTimetable)
    show_calendar = providers.Singleton(Calendar, schedule=schedule, unfold=unfold)
    edit_groups = providers.Singleton(EditGroups, open=open_timetable, clock=clock)
    edit_lessons = providers.Singleton(EditLessons, open=open_timetable, clock=clock)
    edit_rules = providers.Singleton(EditRules, open=open_timetable, unfold=unfold, clock=clock)
    make_lesson = providers.Singleton(
        MakeLesson, open=open_timetable, unfold=unfold, early=settings.provided.start_early, clock=clock
    )
    issue_calendar_token = providers.Singleton(
        IssueCalendarToken,
        open=open_timetable,
        new_token=providers.Object(partial(secrets.token_urlsafe, 32)),
        clock=clock,
    )
    show_feed = providers.Singleton(
        ShowFeed,
        schedule=schedule,
        write=providers.Singleton(IcalFeed, unfold=unfold, base_url=settings.provided.base_url),
        clock=clock,
    )

    conferences = providers.Singleton(SqlConferences, database)
    open_pool = providers.Singleton(Database.opening, database, SqlPool, shared=True)
    open_accounts = providers.Singleton(Database.opening, database, SqlAccounts)
    open_recordings = providers.Singleton(Database.opening, database, SqlRecordings)
    vault = providers.Singleton(parts.vault, settings)
    local_rooms = providers.Singleton(parts.local_rooms, settings)
    hosting = providers.Singleton(parts.hosting, settings, vault, local_rooms, opened)
    tidying = providers.Singleton(Tidying, jobs=jobs)
    start_lesson = providers.Singleton(
        StartLesson,
        open=open_pool,
        hosting=hosting,
        tidying=tidying,
        early=settings.provided.start_early,
        clock=clock,
        new_id=new_id,
        gate=providers.Singleton(asyncio.Semaphore, _STARTS_AT_ONCE),
    )
    end_lesson = providers.Singleton(EndLesson, open=open_pool, hosting=hosting, tidying=tidying, clock=clock)
    note_events = providers.Singleton(NoteEvents, open=open_pool, jobs=jobs, tidying=tidying, clock=clock)
    reap_leases = providers.Singleton(Reap, open=open_pool, hosting=hosting, tidying=tidying, clock=clock)
    keep_accounts = providers.Singleton(KeepAccounts, open=open_accounts, vault=vault, clock=clock)
    reseal_credentials = keep_accounts.provided.reseal
    add_recording_link = providers.Singleton(AddRecordingLink, open=open_recordings, clock=clock)
    copy_recordings = providers.Singleton(
        CopyRecordings,
        open_pool=open_pool,
        open_recordings=open_recordings,
        hosting=hosting,
        store=object_store,
        most_bytes=settings.provided.upload_max_bytes,
        clock=clock,
    )

    homeworks = providers.Singleton(SqlHomeworks, database)
    open_homework = providers.Singleton(Database.opening, database, SqlHomework, shared=True)
    open_submissions = providers.Singleton(Database.opening, database, SqlSubmissions, shared=True)
    open_notices = providers.Singleton(Database.opening, database, SqlNotices, shared=True)
    show_homework = providers.Singleton(ShowHomework, homeworks=homeworks, clock=clock)
    edit_homework = providers.Singleton(EditHomework, open=open_homework, jobs=jobs, clock=clock)
    open_draft = providers.Singleton(OpenDraft, open=open_submissions, clock=clock)
    hand_in = providers.Singleton(HandIn, open=open_submissions, jobs=jobs, clock=clock)
    grade_answers = providers.Singleton(GradeAnswers, open=open_submissions, jobs=jobs, clock=clock)
    announce_homework = providers.Singleton(AnnounceHomework, open=open_notices, jobs=jobs, clock=clock)
    send_homework_mail = providers.Singleton(
        SendHomeworkMail, open=open_notices, mail=mail, templates=templates, timezone=settings.provided.zone
    )

    gradebook = providers.Singleton(SqlGradebook, database)
    grade_records = providers.Singleton(SqlRecords, database)
    teaching = providers.Singleton(SqlTeaching, database)
    open_register = providers.Singleton(Database.opening, database, SqlRegister)
    open_control_points = providers.Singleton(Database.opening, database, SqlControlPoints)
    mark_attendance = providers.Singleton(MarkAttendance, open=open_register, clock=clock)
    edit_control_points = providers.Singleton(EditControlPoints, open=open_control_points, clock=clock)
    grade_control_point = providers.Singleton(GradeControlPoint, open=open_control_points, clock=clock)
    show_journal = providers.Singleton(ShowJournal, gradebook=gradebook)
    show_own_grades = providers.Singleton(ShowOwn, gradebook=gradebook, zone=settings.provided.zone)
    show_grade_progress = providers.Singleton(ShowGradeProgress, gradebook=gradebook, zone=settings.provided.zone)
    write_workbook = providers.Object(write_workbook)
    draw_progress = providers.Object(draw_progress_chart)
    summarize_teaching = providers.Singleton(
        SummarizeTeaching,
        teaching=teaching,
        upcoming=providers.Singleton(parts.upcoming_lessons, show_calendar),
        clock=clock,
    )

    work = providers.Singleton(
        parts.work,
        settings,
        providers.Dict(
            mail_password_reset=mail_password_reset,
            send_account_mail=send_account_mail,
            send_promocode_email=send_promo_code,
            send_telegram_message=send_message,
            refund_stars=refund_stars,
            copy_recordings=copy_recordings,
            end_meeting=providers.Singleton(EndMeeting, open=open_pool, hosting=hosting),
            tidy_meeting=providers.Singleton(TidyMeeting, open=open_pool, hosting=hosting),
            announce_homework=announce_homework,
            send_homework_mail=send_homework_mail,
        ),
        providers.Dict(
            seal_audit=seal_audit,
            forget_mail_tokens=providers.Singleton(ForgetMailTokens, open=open_identity, clock=clock),
            clean_uploads=clean_uploads,
            expire_purchases=settle_purchase.provided.fail_overdue,
            reconcile_stars=reconcile_stars,
            reap_leases=reap_leases,
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
