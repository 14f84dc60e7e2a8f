"""Notices: telling, the daily round, delivery, and how people want to be told."""

from dependency_injector import providers

from atg_adapters.sql.notices.delivery import SqlDelivery
from atg_adapters.sql.notices.queries import SqlNoticeQueries, SqlReading
from atg_adapters.sql.notices.reminders import SqlReminderQueries
from atg_adapters.sql.notices.rounds import SqlRounds
from atg_adapters.sql.notices.settings import SqlNoticeSettings
from atg_adapters.sql.notices.telling import SqlTelling
from atg_core.notices.delivery import DeliverNotices
from atg_core.notices.reading import ReadNotices
from atg_core.notices.rounds import TellDue
from atg_core.notices.sending import SendNotices, TrueNotices
from atg_core.notices.settings import EditNoticeSettings
from atg_core.notices.telegram_links import LinkingCodes, LinkTelegram
from atg_core.notices.telling import TellPeople
from atg_core.notices.unsubscribing import Unsubscribe, UnsubscribeLinks
from atg_entrypoints.wiring.shared import Shared, derived_key, reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case


class Notices(Shared):
    open_telling = unit_of_work(SqlTelling, shared=True)
    open_rounds = unit_of_work(SqlRounds, shared=True)
    open_delivery = unit_of_work(SqlDelivery, shared=True)
    open_reading = unit_of_work(SqlReading, shared=True)
    open_notice_settings = unit_of_work(SqlNoticeSettings)
    notice_queries = reading(SqlNoticeQueries)
    fact_queries = notice_queries
    reminder_queries = reading(SqlReminderQueries)
    notifier = use_case(TellPeople, open=open_telling)
    tell_due = use_case(TellDue, open=open_rounds)
    deliver_notices = use_case(DeliverNotices, open=open_delivery)
    unsubscribe_links = providers.Singleton(UnsubscribeLinks, derived_key("unsubscribe"), Shared.base_url)
    true_notices = use_case(TrueNotices)
    send_notices = use_case(SendNotices, open=open_delivery, open_settings=open_notice_settings)
    read_notices = use_case(ReadNotices, open=open_reading)
    edit_notice_settings = use_case(EditNoticeSettings, open=open_notice_settings)
    unsubscribe = use_case(Unsubscribe, open=open_notice_settings)
    linking_codes = providers.Singleton(LinkingCodes, derived_key("telegram-link"))
    link_telegram = use_case(LinkTelegram, open=open_notice_settings)
