"""The one statement of each route of the floor. What nests in the reply is put together by PostgreSQL."""

STATION_COLUMNS = (
    "id,name,short_name,description,image,tech_map_image,power,commission_date,courses_count,status,location,type,"
    "design_capacity,gas_pressure,distance_from_border,pipeline_diameter,input_pressure,output_pressure,parallel_lines"
)
STATIONS = f"SELECT {STATION_COLUMNS} FROM stations ORDER BY id"


def _children(table: str, columns: str) -> str:
    return (
        f"(SELECT coalesce(json_agg(c), '[]') FROM (SELECT {columns} FROM {table} WHERE station_id = s.id"
        " ORDER BY order_index, id) c)"
    )


STATION = f"""
SELECT json_build_object(
    'station', (SELECT row_to_json(own) FROM (SELECT {STATION_COLUMNS}, created_at, updated_at) own),
    'equipment', {_children("station_equipment", "id,station_id,name,model,manufacturer,quantity,power,description,order_index")},
    'specs', {_children("station_specifications", "id,station_id,category,value,unit,description,order_index")},
    'safety', (SELECT coalesce(json_agg(c), '[]') FROM (
        SELECT id, station_id, name, description, manufacturer, order_index,
            (SELECT json_agg(f) FROM (
                SELECT id, feature_name, order_index FROM station_safety_system_features
                WHERE safety_system_id = y.id ORDER BY order_index, id) f) AS features,
            (SELECT json_agg(feature_name ORDER BY order_index, id) FROM station_safety_system_features
                WHERE safety_system_id = y.id) AS feature_names
        FROM station_safety_systems y WHERE station_id = s.id ORDER BY order_index, id) c),
    'gas_sources', {_children("station_gas_supply_sources", "id,station_id,source_name,order_index")},
    'photos', {_children("station_photos", "id,station_id,title,view,image_url,order_index")},
    'normativeDocs', {_children("station_documents", "id,station_id,title,file_url,order_index")}
)::text AS body FROM stations s WHERE s.id = %s
"""  # noqa: E501
COURSE = """
SELECT json_build_object(
    'course', (SELECT row_to_json(own) FROM (
        SELECT c.id, title, description, station_id, duration_hours, level, is_active, icon, created_at, updated_at
        ) own),
    'programs', (SELECT coalesce(json_agg(p), '[]') FROM (
        SELECT id, station_id, title, description, duration, topics_count, lessons_count, tests_count, format,
            is_active, order_index, created_at, updated_at
        FROM course_programs WHERE station_id = c.station_id ORDER BY order_index, id) p)
)::text AS body FROM courses c WHERE c.id = %s
"""
ENROLLMENTS = """
SELECT e.course_id, e.progress_percent, c.title, c.description, c.station_id, e.status, e.started_at, e.completed_at,
    e.due_at
FROM user_courses e JOIN courses c ON c.id = e.course_id
WHERE e.user_id = %s AND e.cancelled_at IS NULL ORDER BY e.started_at DESC NULLS FIRST, e.id
"""
ME = """
SELECT u.id, u.username, u.role, u.full_name, u.email, u.is_active FROM user_sessions s JOIN users u ON u.id = s.user_id
WHERE s.id = %s AND s.revoked_at IS NULL AND s.expires_at > now()
"""
STATS = """
SELECT active_courses, completed_courses, total_progress, total_hours_studied, certificates_count, topics_completed,
    tests_passed, CASE WHEN tests_taken = 0 THEN 0.0 ELSE best_scores::float / tests_taken END AS average_score,
    (WITH days AS (
        SELECT DISTINCT (completed_at AT TIME ZONE 'UTC')::date AS day FROM user_topic_progress
        WHERE user_id = %(user)s AND completed_at IS NOT NULL),
     numbered AS (SELECT day, row_number() OVER (ORDER BY day DESC) AS number FROM days)
     SELECT count(*) FROM numbered WHERE day = (SELECT max(day) FROM days) - (number - 1)::int
        AND (SELECT max(day) FROM days) >= current_date - 1) AS streak_days,
    (SELECT coalesce(json_agg(c), '[]') FROM (
        SELECT id, title, issued_at, number FROM certificates WHERE user_id = %(user)s AND revoked_at IS NULL
        ORDER BY issued_at DESC) c) AS certificates
FROM user_stats WHERE user_id = %(user)s
"""
PROGRESS = """
INSERT INTO user_topic_progress AS t
    (id, user_id, topic_id, completed, completed_at, last_activity, position_seconds, created_at, updated_at)
VALUES (%s, %s, %s, %s, CASE WHEN %s THEN now() END, now(), %s, now(), now())
ON CONFLICT (user_id, topic_id) DO UPDATE SET completed = t.completed OR excluded.completed,
    completed_at = coalesce(t.completed_at, excluded.completed_at), position_seconds = excluded.position_seconds,
    last_activity = now(), updated_at = now()
RETURNING topic_id, completed, completed_at, position_seconds
"""
ENROLL = """
INSERT INTO user_courses AS e
    (id, user_id, course_id, progress_percent, status, started_at, hours_studied, last_activity)
VALUES (%s, %s, %s, 0, 'in_progress', now(), 0, now())
ON CONFLICT (user_id, course_id) DO UPDATE SET user_id = excluded.user_id
RETURNING id, user_id, course_id, progress_percent, status, started_at, completed_at, hours_studied, last_activity,
    due_at
"""
VIEW = """
WITH asset AS (SELECT id, points FROM campaign_assets WHERE slug = %(slug)s),
viewed AS (
    INSERT INTO campaign_progress AS p (session_id, asset_id, viewed_at, times_viewed)
    SELECT %(session)s, id, now(), 1 FROM asset
    ON CONFLICT (session_id, asset_id) DO UPDATE SET times_viewed = p.times_viewed + 1 RETURNING times_viewed),
awarded AS (SELECT CASE WHEN times_viewed = 1 THEN points ELSE 0 END AS points FROM asset, viewed)
UPDATE campaign_sessions SET last_seen = now(), score = score + (SELECT points FROM awarded) WHERE id = %(session)s
RETURNING score AS session_score, (SELECT points FROM awarded) AS awarded_points
"""
LEARNERS = """
SELECT e.user_id, u.username, u.full_name, p.employee_id, p.department, s.name AS station, e.status, e.progress_percent,
    e.hours_studied, e.started_at, e.completed_at, e.due_at, e.last_activity, count(*) OVER () AS total
FROM user_courses e JOIN users u ON u.id = e.user_id LEFT JOIN user_profiles p ON p.id = u.id
LEFT JOIN stations s ON s.id = p.station_id
WHERE e.course_id = %s AND e.cancelled_at IS NULL ORDER BY coalesce(u.full_name, u.username), u.id LIMIT 20
"""
