"""The tables as Django's ORM maps them."""

from django.db import models

_NOTHING = models.DO_NOTHING


class Table(models.Model):
    class Meta:
        abstract = True
        managed = False
        app_label = "peers"


class Station(Table):
    name = models.TextField()
    short_name = models.TextField()
    description = models.TextField(null=True)
    image = models.TextField(null=True)
    tech_map_image = models.TextField(null=True)
    power = models.TextField(null=True)
    commission_date = models.TextField(null=True)
    courses_count = models.IntegerField()
    status = models.TextField()
    location = models.TextField(null=True)
    type = models.TextField(null=True)
    design_capacity = models.TextField(null=True)
    gas_pressure = models.TextField(null=True)
    distance_from_border = models.TextField(null=True)
    pipeline_diameter = models.TextField(null=True)
    input_pressure = models.TextField(null=True)
    output_pressure = models.TextField(null=True)
    parallel_lines = models.TextField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(Table.Meta):
        db_table = "stations"


class Part(Table):
    """A part of a station, in its order."""

    order_index = models.IntegerField()

    class Meta(Table.Meta):
        abstract = True
        ordering = ("order_index", "id")


class Equipment(Part):
    station = models.ForeignKey(Station, _NOTHING, related_name="equipment")
    name = models.TextField()
    model = models.TextField(null=True)
    manufacturer = models.TextField(null=True)
    quantity = models.IntegerField()
    power = models.TextField(null=True)
    description = models.TextField(null=True)

    class Meta(Part.Meta):
        abstract = False
        db_table = "station_equipment"


class Specification(Part):
    station = models.ForeignKey(Station, _NOTHING, related_name="specs")
    category = models.TextField()
    value = models.TextField()
    unit = models.TextField(null=True)
    description = models.TextField(null=True)

    class Meta(Part.Meta):
        abstract = False
        db_table = "station_specifications"


class SafetySystem(Part):
    station = models.ForeignKey(Station, _NOTHING, related_name="safety")
    name = models.TextField()
    description = models.TextField(null=True)
    manufacturer = models.TextField(null=True)

    class Meta(Part.Meta):
        abstract = False
        db_table = "station_safety_systems"


class Feature(Part):
    safety_system = models.ForeignKey(SafetySystem, _NOTHING, related_name="features")
    feature_name = models.TextField()

    class Meta(Part.Meta):
        abstract = False
        db_table = "station_safety_system_features"


class GasSource(Part):
    station = models.ForeignKey(Station, _NOTHING, related_name="gas_sources")
    source_name = models.TextField()

    class Meta(Part.Meta):
        abstract = False
        db_table = "station_gas_supply_sources"


class Photo(Part):
    station = models.ForeignKey(Station, _NOTHING, related_name="photos")
    title = models.TextField(null=True)
    view = models.TextField()
    image_url = models.TextField()

    class Meta(Part.Meta):
        abstract = False
        db_table = "station_photos"


class Document(Part):
    station = models.ForeignKey(Station, _NOTHING, related_name="documents")
    title = models.TextField()
    file_url = models.TextField()

    class Meta(Part.Meta):
        abstract = False
        db_table = "station_documents"


class Course(Table):
    id = models.UUIDField(primary_key=True)
    title = models.TextField()
    description = models.TextField(null=True)
    station = models.ForeignKey(Station, _NOTHING, null=True)
    duration_hours = models.IntegerField(null=True)
    level = models.TextField(null=True)
    is_active = models.BooleanField()
    icon = models.TextField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(Table.Meta):
        db_table = "courses"


class Program(Part):
    station = models.ForeignKey(Station, _NOTHING)
    title = models.TextField()
    description = models.TextField(null=True)
    duration = models.TextField(null=True)
    topics_count = models.IntegerField()
    lessons_count = models.IntegerField()
    tests_count = models.IntegerField()
    format = models.TextField()
    is_active = models.BooleanField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(Part.Meta):
        abstract = False
        db_table = "course_programs"


class User(Table):
    id = models.UUIDField(primary_key=True)
    username = models.TextField()
    full_name = models.TextField(null=True)
    email = models.TextField(null=True)
    role = models.TextField()
    is_active = models.BooleanField()

    class Meta(Table.Meta):
        db_table = "users"

    @property
    def is_authenticated(self) -> bool:
        return True


class Session(Table):
    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, _NOTHING)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta(Table.Meta):
        db_table = "user_sessions"


class Enrollment(Table):
    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, _NOTHING)
    course = models.ForeignKey(Course, _NOTHING)
    progress_percent = models.IntegerField()
    status = models.TextField()
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    hours_studied = models.DecimalField(max_digits=10, decimal_places=2)
    last_activity = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta(Table.Meta):
        db_table = "user_courses"


class Progress(Table):
    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, _NOTHING)
    completed_at = models.DateTimeField(null=True)

    class Meta(Table.Meta):
        db_table = "user_topic_progress"


class Stats(Table):
    user = models.OneToOneField(User, _NOTHING, primary_key=True)
    active_courses = models.IntegerField()
    completed_courses = models.IntegerField()
    total_progress = models.IntegerField()
    total_hours_studied = models.DecimalField(max_digits=12, decimal_places=2)
    certificates_count = models.IntegerField()
    topics_completed = models.IntegerField()
    tests_taken = models.IntegerField()
    tests_passed = models.IntegerField()
    best_scores = models.IntegerField()

    class Meta(Table.Meta):
        db_table = "user_stats"


class Certificate(Table):
    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, _NOTHING)
    title = models.TextField()
    number = models.TextField()
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta(Table.Meta):
        db_table = "certificates"
