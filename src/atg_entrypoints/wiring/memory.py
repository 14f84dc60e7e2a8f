"""What stands in for the database where everything is kept in the process."""

from dependency_injector import containers, providers

from atg_adapters.limits.throttle import LimitsThrottle
from atg_adapters.memory.audit import MemoryAuditSeals, MemoryAuditTrail
from atg_adapters.memory.campaign_reading import MemoryCampaignReads
from atg_adapters.memory.campaigns import MemoryAssets, MemoryCampaigns
from atg_adapters.memory.catalog import MemoryCatalog
from atg_adapters.memory.certificates import MemoryAttestations, MemoryCertificates
from atg_adapters.memory.conferences import MemoryAccounts, MemoryConferences, MemoryRecordings
from atg_adapters.memory.curriculum import MemoryCurriculum
from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.desk import MemoryDesk
from atg_adapters.memory.exporting import MemoryExport
from atg_adapters.memory.goods import MemoryGoods
from atg_adapters.memory.gradebook import MemoryGradebook, MemoryRecords
from atg_adapters.memory.grades import MemoryControlPoints, MemoryRegister
from atg_adapters.memory.homework import MemoryHomework
from atg_adapters.memory.homework_notices import MemoryNotices
from atg_adapters.memory.homework_reading import MemoryHomeworks
from atg_adapters.memory.idempotency import MemoryRepeatable
from atg_adapters.memory.identity import MemoryCallers, MemoryIdentity
from atg_adapters.memory.importing import MemoryImport
from atg_adapters.memory.learning import MemoryLearners, MemoryLearning
from atg_adapters.memory.pool import MemoryPool
from atg_adapters.memory.reporting import MemoryAssignments, MemoryReports
from atg_adapters.memory.sales import MemorySales
from atg_adapters.memory.schedule import MemorySchedule
from atg_adapters.memory.shop import MemoryShop
from atg_adapters.memory.stations import MemoryStations
from atg_adapters.memory.submissions import MemorySubmissions
from atg_adapters.memory.teaching import MemoryTeaching
from atg_adapters.memory.testing import MemoryTestResults, MemoryTests
from atg_adapters.memory.timetable import MemoryTimetable
from atg_adapters.memory.topic_files import MemoryTopicFiles
from atg_adapters.memory.uploads import MemoryFileRecords, MemoryUploads


class MemoryAdapters(containers.DeclarativeContainer):
    """What stands in for the database where everything is kept in the process."""

    database = providers.Singleton(MemoryDatabase)
    repeatable = providers.Singleton(MemoryRepeatable, database)
    sign_in_throttle = providers.Singleton(LimitsThrottle)
    open_identity = providers.Singleton(MemoryDatabase.opening, database, MemoryIdentity, shared=True)
    callers = providers.Singleton(MemoryCallers, database)
    audit_trail = providers.Singleton(MemoryAuditTrail, database)
    open_audit_seals = providers.Singleton(MemoryDatabase.opening, database, MemoryAuditSeals)
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
    schedule = providers.Singleton(MemorySchedule, database)
    open_timetable = providers.Singleton(MemoryDatabase.opening, database, MemoryTimetable)
    conferences = providers.Singleton(MemoryConferences, database)
    open_pool = providers.Singleton(MemoryDatabase.opening, database, MemoryPool, shared=True)
    open_accounts = providers.Singleton(MemoryDatabase.opening, database, MemoryAccounts)
    open_recordings = providers.Singleton(MemoryDatabase.opening, database, MemoryRecordings)
    gradebook = providers.Singleton(MemoryGradebook, database)
    grade_records = providers.Singleton(MemoryRecords, database)
    teaching = providers.Singleton(MemoryTeaching, database)
    open_register = providers.Singleton(MemoryDatabase.opening, database, MemoryRegister)
    open_control_points = providers.Singleton(MemoryDatabase.opening, database, MemoryControlPoints)
    homeworks = providers.Singleton(MemoryHomeworks, database)
    open_homework = providers.Singleton(MemoryDatabase.opening, database, MemoryHomework, shared=True)
    open_submissions = providers.Singleton(MemoryDatabase.opening, database, MemorySubmissions, shared=True)
    open_notices = providers.Singleton(MemoryDatabase.opening, database, MemoryNotices, shared=True)
