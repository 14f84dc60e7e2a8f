"""The shop over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.shop.http_access import HttpShopAccessContract
from tests.contracts.shop.http_customers import HttpCustomersContract
from tests.contracts.shop.http_messages import HttpMessagesContract
from tests.contracts.shop.http_products import HttpProductsContract
from tests.contracts.shop.http_promo_codes import HttpPromoCodesContract
from tests.contracts.shop.http_purchases import HttpPurchasesContract
from tests.contracts.shop.http_sales import HttpSalesContract
from tests.contracts.shop.http_sold_files import HttpSoldFilesContract


@over_each_database
class TestShopAccess(HttpShopAccessContract):
    pass


@over_each_database
class TestCustomers(HttpCustomersContract):
    pass


@over_each_database
class TestProducts(HttpProductsContract):
    pass


@over_each_database
class TestPromoCodes(HttpPromoCodesContract):
    pass


@over_each_database
class TestPurchases(HttpPurchasesContract):
    pass


@over_each_database
class TestSoldFiles(HttpSoldFilesContract):
    pass


@over_each_database
class TestSales(HttpSalesContract):
    pass


@over_each_database
class TestMessages(HttpMessagesContract):
    pass
