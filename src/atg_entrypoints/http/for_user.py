"""The query parameter by which services and administrators read as a customer of the shop."""

from typing import Annotated

from litestar.params import QueryParameter

ForUser = Annotated[
    int | None,
    QueryParameter(
        name="for_user",
        ge=1,
        le=2**31 - 1,
        description="For services and administrators: the customer whose access counts",
    ),
]
