"""What Django REST framework writes."""

from typing import Any

from rest_framework import serializers

from bench.peers import django_models as models


def _serializer(
    model: type[models.Table], *fields: str, **declared: serializers.Field
) -> type[serializers.ModelSerializer]:
    meta = type("Meta", (), {"model": model, "fields": fields})
    return type(f"{model.__name__}Serializer", (serializers.ModelSerializer,), {"Meta": meta, **declared})


_OF_STATION = ("name", "short_name", "description", "image", "tech_map_image", "power", "commission_date")
_FIGURES = (
    *("courses_count", "status", "location", "type", "design_capacity", "gas_pressure", "distance_from_border"),
    *("pipeline_diameter", "input_pressure", "output_pressure", "parallel_lines"),
)
_TIMES = ("created_at", "updated_at")
_MACHINE = ("name", "model", "manufacturer", "quantity", "power", "description", "order_index")

StationRow = _serializer(models.Station, "id", *_OF_STATION, *_FIGURES)
StationDetails = _serializer(models.Station, "id", *_OF_STATION, *_FIGURES, *_TIMES)
Equipment = _serializer(models.Equipment, "id", "station_id", *_MACHINE)
Specification = _serializer(
    models.Specification, "id", "station_id", "category", "value", "unit", "description", "order_index"
)
Feature = _serializer(models.Feature, "id", "feature_name", "order_index")
GasSource = _serializer(models.GasSource, "id", "station_id", "source_name", "order_index")
Photo = _serializer(models.Photo, "id", "station_id", "title", "view", "image_url", "order_index")
Document = _serializer(models.Document, "id", "station_id", "title", "file_url", "order_index")
Course = _serializer(
    models.Course, "id", "title", "description", "station_id", "duration_hours", "level", "is_active", "icon", *_TIMES
)
Program = _serializer(
    models.Program,
    *("id", "station_id", "title", "description", "duration", "topics_count", "lessons_count", "tests_count"),
    *("format", "is_active", "order_index", *_TIMES),
)
Enrollment = _serializer(
    models.Enrollment,
    *("id", "user_id", "course_id", "progress_percent", "status", "started_at", "completed_at", "hours_studied"),
    *("last_activity", "due_at"),
    user_id=serializers.UUIDField(),
    course_id=serializers.UUIDField(),
)
Certificate = _serializer(models.Certificate, "id", "title", "issued_at", "number")


class SafetySystem(serializers.ModelSerializer):
    features = Feature(many=True)
    feature_names = serializers.SerializerMethodField()

    class Meta:
        model = models.SafetySystem
        fields = ("id", "station_id", "name", "description", "manufacturer", "order_index", "features", "feature_names")

    def get_feature_names(self, system: models.SafetySystem) -> list[str]:
        return [feature.feature_name for feature in system.features.all()]


class StationReply(serializers.Serializer):
    station = StationDetails(source="*")
    equipment = Equipment(many=True)
    specs = Specification(many=True)
    safety = SafetySystem(many=True)
    gas_sources = GasSource(many=True)
    photos = Photo(many=True)
    normativeDocs = Document(source="documents", many=True)  # noqa: N815


class EnrolledRow(serializers.ModelSerializer):
    title = serializers.CharField(source="course.title")
    description = serializers.CharField(source="course.description")
    station_id = serializers.IntegerField(source="course.station_id")
    course_id = serializers.UUIDField()

    class Meta:
        model = models.Enrollment
        fields = (
            *("course_id", "progress_percent", "title", "description", "station_id", "status", "started_at"),
            *("completed_at", "due_at"),
        )


class Me(serializers.ModelSerializer):
    sub = serializers.UUIDField(source="id")

    class Meta:
        model = models.User
        fields = ("sub", "id", "username", "role", "full_name", "email", "is_active")

    def to_representation(self, instance: models.User) -> dict[str, Any]:
        claims = self.context["claims"]
        return {**super().to_representation(instance), "type": "access", "iat": claims["iat"], "exp": claims["exp"]}


class Stats(serializers.ModelSerializer):
    average_score = serializers.SerializerMethodField()
    streak_days = serializers.SerializerMethodField()

    class Meta:
        model = models.Stats
        fields = (
            *("active_courses", "completed_courses", "total_progress", "total_hours_studied", "certificates_count"),
            *("topics_completed", "tests_passed", "average_score", "streak_days"),
        )

    def get_average_score(self, totals: models.Stats) -> float:
        return round(totals.best_scores / totals.tests_taken, 2) if totals.tests_taken else 0.0

    def get_streak_days(self, _totals: models.Stats) -> int:
        streak: int = self.context["streak"]
        return streak
