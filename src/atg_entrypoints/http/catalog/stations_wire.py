"""The JSON that the admin pages send for stations; null means absent (spec: catalog-learning)."""

from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from atg_core.catalog.model import PhotoView, StationStatus
from atg_entrypoints.http.wire import NAME, NO_NUL, TRIMMED, FilledName, Name, Text

type Key = Annotated[str, Meta(min_length=1, max_length=1024, pattern=NO_NUL)]
type Label = Annotated[str, Meta(max_length=100, pattern=NO_NUL, extra=TRIMMED)]
type View = Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL, examples=list(PhotoView))]
type Unit = Annotated[str, Meta(max_length=50, pattern=NO_NUL)]
type Title = Annotated[str, Meta(min_length=1, max_length=500, pattern=NO_NUL, extra=TRIMMED)]
type Order = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
type Quantity = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class Changes(Struct, frozen=True, kw_only=True):
    """Null and absent fields are not changed, or get their default in a new record."""

    def present_fields(self) -> dict[str, Any]:
        return {name: value for name, value in structs.asdict(self).items() if value is not None}


class StationChanges(Changes, frozen=True, kw_only=True):
    name: FilledName | None = None
    short_name: Annotated[str, Meta(min_length=1, max_length=50, pattern=NAME)] | None = None
    description: Text | None = None
    image: Key | None = None
    tech_map_image: Key | None = None
    power: Label | None = None
    commission_date: Label | None = None
    status: StationStatus | None = None
    location: Name | None = None
    type: Name | None = None
    design_capacity: Name | None = None
    gas_pressure: Name | None = None
    distance_from_border: Name | None = None
    pipeline_diameter: Name | None = None
    input_pressure: Name | None = None
    output_pressure: Name | None = None
    parallel_lines: Name | None = None


class NewStation(StationChanges, frozen=True, kw_only=True):
    name: FilledName
    short_name: Annotated[str, Meta(min_length=1, max_length=50, pattern=NAME)]


class EquipmentChanges(Changes, frozen=True, kw_only=True):
    name: FilledName | None = None
    model: Name | None = None
    manufacturer: Name | None = None
    quantity: Quantity | None = None
    power: Label | None = None
    description: Text | None = None
    order_index: Order | None = None


class NewEquipment(EquipmentChanges, frozen=True, kw_only=True):
    name: FilledName


class SpecificationChanges(Changes, frozen=True, kw_only=True):
    category: FilledName | None = None
    value: Name | None = None
    unit: Unit | None = None
    description: Text | None = None
    order_index: Order | None = None


class NewSpecification(SpecificationChanges, frozen=True, kw_only=True):
    category: FilledName
    value: Name


class SafetySystemChanges(Changes, frozen=True, kw_only=True):
    name: FilledName | None = None
    description: Text | None = None
    manufacturer: Name | None = None
    order_index: Order | None = None


class NewSafetySystem(SafetySystemChanges, frozen=True, kw_only=True):
    name: FilledName


class FeatureChanges(Changes, frozen=True, kw_only=True):
    feature_name: Title | None = None
    order_index: Order | None = None


class NewFeature(FeatureChanges, frozen=True, kw_only=True):
    feature_name: Title


class GasSourceChanges(Changes, frozen=True, kw_only=True):
    source_name: FilledName | None = None
    order_index: Order | None = None


class NewGasSource(GasSourceChanges, frozen=True, kw_only=True):
    source_name: FilledName


class PhotoChanges(Changes, frozen=True, kw_only=True):
    title: Name | None = None
    view: View | None = None
    image_url: Key | None = None
    order_index: Order | None = None


class NewPhoto(PhotoChanges, frozen=True, kw_only=True):
    view: View
    image_url: Key


class NewDocument(Changes, frozen=True, kw_only=True):
    title: Title
    file_url: Key
    order_index: Order | None = None
