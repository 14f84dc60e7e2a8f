"""Views of Django REST framework with serializers, as its community writes them."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.peers import django_models as models
from bench.peers import django_queries as queries
from bench.peers import drf_serializers as serializers

_PARTS = ("equipment", "specs", "gas_sources", "photos", "documents")


class JwtAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[models.User, dict[str, Any]] | None:
        return queries.caller(request.headers.get("authorization", ""))

    def authenticate_header(self, _request: Request) -> str:
        return "Bearer"


class SignedIn(APIView):
    authentication_classes = (JwtAuthentication,)
    permission_classes = (IsAuthenticated,)


class Me(SignedIn):
    def get(self, request: Request) -> Response:
        return Response({"user": serializers.Me(request.user, context={"claims": request.auth}).data})


class Stations(APIView):
    def get(self, _request: Request) -> Response:
        return Response({"data": serializers.StationRow(models.Station.objects.order_by("id"), many=True).data})


class Station(APIView):
    def get(self, _request: Request, station_id: int) -> Response:
        safety = Prefetch("safety", models.SafetySystem.objects.prefetch_related("features"))
        found = get_object_or_404(models.Station.objects.prefetch_related(*_PARTS, safety), id=station_id)
        return Response(serializers.StationReply(found).data)


class Course(APIView):
    def get(self, _request: Request, course_id: UUID) -> Response:
        found = get_object_or_404(models.Course, id=course_id)
        programs = models.Program.objects.filter(station_id=found.station_id)
        reply = {"course": serializers.Course(found).data, "programs": serializers.Program(programs, many=True).data}
        return Response(reply)


class Enrollments(SignedIn):
    def get(self, request: Request) -> Response:
        own = queries.enrollments_of(request.user.id).select_related("course")
        return Response({"data": serializers.EnrolledRow(own, many=True).data})


class Stats(SignedIn):
    def get(self, request: Request) -> Response:
        totals = get_object_or_404(models.Stats, user_id=request.user.id)
        certificates = models.Certificate.objects.filter(user_id=request.user.id, revoked_at=None)
        streak = queries.streak(request.user.id)
        return Response(
            {
                "stats": serializers.Stats(totals, context={"streak": streak}).data,
                "certificates": serializers.Certificate(certificates.order_by("-issued_at"), many=True).data,
            }
        )


class Enroll(SignedIn):
    def post(self, request: Request, course_id: UUID) -> Response:
        stored = queries.enrolled(request.user.id, course_id)
        if stored is None:
            raise NotFound
        return Response({"success": True, "enrollment": serializers.Enrollment(stored).data})


me = Me.as_view()
stations = Stations.as_view()
station = Station.as_view()
course = Course.as_view()
enrollments = Enrollments.as_view()
stats = Stats.as_view()
enroll = Enroll.as_view()
