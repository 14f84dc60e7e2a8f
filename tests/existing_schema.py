"""The schema of the service that was there before, on PostgreSQL, and rows of every kind.

As its SQL makes it, but for the trigger that refuses every topic and for row security, which needs another product. As
its installations run on, a topic may have several videos.
"""

# ruff: noqa: E501 - rows

_PARTS = (
    ("station_gas_supply_sources", "station_id", "source_name varchar(255)", "stations"),
    (
        "station_equipment",
        "station_id",
        "name varchar(255) NOT NULL, model varchar(255), manufacturer varchar(255), quantity int DEFAULT 1, power varchar(100), description text",
        "stations",
    ),
    (
        "station_specifications",
        "station_id",
        "category varchar(255), value varchar(100), unit varchar(50), description text",
        "stations",
    ),
    (
        "station_safety_systems",
        "station_id",
        "name varchar(255), description text, manufacturer varchar(255)",
        "stations",
    ),
    ("station_safety_system_features", "safety_system_id", "feature_name varchar(500)", "station_safety_systems"),
    ("course_program_learning_outcomes", "course_program_id", "outcome_text text", "course_programs"),
    ("course_program_requirements", "course_program_id", "requirement_text text", "course_programs"),
    ("course_program_target_audience", "course_program_id", "audience_text varchar(255)", "course_programs"),
    ("lesson_materials", "lesson_id", "material_name varchar(500)", "lessons"),
)
_TIMES = "created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now()"
_TABLES = f"""
CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), username varchar(50) UNIQUE NOT NULL,
    password_hash varchar(255) NOT NULL, full_name varchar(100), email varchar(100),
    role varchar(20) DEFAULT 'user' CHECK (role IN ('admin', 'user', 'instructor')), is_active boolean DEFAULT true,
    {_TIMES});
CREATE TABLE user_sessions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid REFERENCES users ON DELETE CASCADE,
    session_token varchar(255) UNIQUE NOT NULL, expires_at timestamptz NOT NULL, created_at timestamptz DEFAULT now(),
    last_activity timestamptz DEFAULT now(), ip_address inet, user_agent text);
CREATE TABLE user_profiles (
    id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE, full_name varchar(255), email varchar(255),
    avatar_url text, company varchar(255), position varchar(255), phone varchar(50), bio text,
    language varchar(10) DEFAULT 'ru', email_notifications boolean DEFAULT true,
    push_notifications boolean DEFAULT true, weekly_report boolean DEFAULT false, {_TIMES});
CREATE TABLE stations (
    id serial PRIMARY KEY, name varchar(255) NOT NULL, short_name varchar(50) UNIQUE NOT NULL, description text,
    image varchar(255), tech_map_image varchar(500), power varchar(100), commission_date varchar(20),
    courses_count int DEFAULT 0, status varchar(20) DEFAULT 'active' CHECK (status IN ('active', 'maintenance')),
    location text, type varchar(255), design_capacity varchar(100), gas_pressure varchar(100),
    distance_from_border varchar(100), pipeline_diameter varchar(100), input_pressure varchar(100),
    output_pressure varchar(100), parallel_lines varchar(100), {_TIMES});
CREATE TABLE course_programs (
    id serial PRIMARY KEY, station_id int NOT NULL REFERENCES stations ON DELETE CASCADE, title varchar(500) NOT NULL,
    description text, duration varchar(100), topics_count int DEFAULT 0, lessons_count int DEFAULT 0,
    tests_count int DEFAULT 0, format varchar(50) DEFAULT 'Онлайн', is_active boolean DEFAULT true,
    order_index int DEFAULT 0, {_TIMES});
CREATE TABLE lessons (
    id serial PRIMARY KEY, course_program_id int NOT NULL REFERENCES course_programs ON DELETE CASCADE,
    title varchar(500), duration varchar(100), topics_count int DEFAULT 0, order_index int DEFAULT 0,
    is_active boolean DEFAULT true, {_TIMES});
CREATE TABLE lesson_tests (
    id serial PRIMARY KEY, lesson_id int NOT NULL REFERENCES lessons ON DELETE CASCADE, title varchar(500),
    questions_count int DEFAULT 0, is_active boolean DEFAULT true, {_TIMES});
CREATE TABLE final_tests (
    id serial PRIMARY KEY, course_program_id int NOT NULL REFERENCES course_programs ON DELETE CASCADE,
    title varchar(500), questions_count int DEFAULT 0, is_active boolean DEFAULT true, {_TIMES});
CREATE TABLE topics (
    id serial PRIMARY KEY, lesson_id int NOT NULL REFERENCES lessons ON DELETE CASCADE, code varchar(50),
    title varchar(500), duration varchar(50), order_index int DEFAULT 0, is_active boolean DEFAULT true, {_TIMES});
CREATE TABLE topic_files (
    id serial PRIMARY KEY, topic_id int NOT NULL REFERENCES topics ON DELETE CASCADE,
    file_type varchar(50) CHECK (file_type IN ('main_pdf', 'additional_video', 'additional_document')),
    original_name varchar(500) NOT NULL, file_size bigint, size_formatted varchar(50), file_url varchar(1000),
    minio_object_name varchar(1000) NOT NULL, mime_type varchar(100), is_active boolean DEFAULT true,
    order_index int DEFAULT 0, {_TIMES});
CREATE TABLE courses (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title varchar(255) NOT NULL, description text,
    station_id int REFERENCES stations ON DELETE SET NULL, duration_hours int, level varchar(50),
    is_active boolean DEFAULT true, icon varchar(255), {_TIMES});
CREATE TABLE user_courses (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid REFERENCES users ON DELETE CASCADE,
    course_id uuid REFERENCES courses ON DELETE CASCADE,
    progress_percent int DEFAULT 0 CHECK (progress_percent BETWEEN 0 AND 100),
    status varchar(20) DEFAULT 'not_started' CHECK (status IN ('not_started', 'in_progress', 'completed')),
    started_at timestamptz, completed_at timestamptz, hours_studied numeric(10, 2) DEFAULT 0,
    last_activity timestamptz, {_TIMES}, UNIQUE (user_id, course_id));
CREATE TABLE certificates (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid REFERENCES users ON DELETE CASCADE,
    course_id uuid REFERENCES courses ON DELETE CASCADE, title varchar(255), issued_at timestamptz DEFAULT now(),
    pdf_url text, created_at timestamptz DEFAULT now());
CREATE TABLE user_stats (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE, active_courses int DEFAULT 0,
    completed_courses int DEFAULT 0, total_hours_studied numeric(10, 2) DEFAULT 0, certificates_count int DEFAULT 0,
    achievements jsonb DEFAULT '[]', last_updated timestamptz DEFAULT now());
"""
_TRIGGERS = """
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.updated_at = now(); RETURN NEW; END $$;
CREATE FUNCTION count_lessons() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE course_programs p SET lessons_count =
        (SELECT count(*) FROM lessons l WHERE l.course_program_id = p.id AND l.is_active)
    WHERE p.id IN (NEW.course_program_id, OLD.course_program_id); RETURN NULL; END $$;
CREATE TRIGGER lessons_counted AFTER INSERT OR UPDATE OR DELETE ON lessons FOR EACH ROW EXECUTE FUNCTION count_lessons();
CREATE FUNCTION count_courses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE stations s SET courses_count = (SELECT count(*) FROM courses c WHERE c.station_id = s.id AND c.is_active)
    WHERE s.id IN (NEW.station_id, OLD.station_id); RETURN NULL; END $$;
CREATE TRIGGER courses_counted AFTER INSERT OR UPDATE OR DELETE ON courses FOR EACH ROW EXECUTE FUNCTION count_courses();
"""


def _part(name: str, parent: str, columns: str, target: str) -> str:
    return (
        f"CREATE TABLE {name} (id serial PRIMARY KEY, {parent} int REFERENCES {target} ON DELETE CASCADE, {columns}, "
        "order_index int DEFAULT 0, created_at timestamptz DEFAULT now());"
    )


SCHEMA = (
    _TABLES
    + "".join(_part(*part) for part in _PARTS)
    + _TRIGGERS
    + "".join(
        f"CREATE TRIGGER {table}_touched BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION touch();"
        for table in ("users", "user_profiles", "stations", "course_programs", "lessons", "topics", "courses")
    )
)
LATER = """
CREATE TABLE users (id uuid PRIMARY KEY, username text); CREATE TABLE stations (id serial PRIMARY KEY);
CREATE TABLE course_program_lessons (id serial PRIMARY KEY); CREATE TABLE course_program_topics (id serial PRIMARY KEY);
"""

PLAIN = "Газ-и-турбина 🔥 42"
BCRYPT_PASSWORD = "old secret of anna"
PEOPLE = [f"00000000-0000-4000-8000-{number:012}" for number in range(1, 10)]
ANNA, ADMIN, OLGA, TWIN, NOTHING, FOREIGN, *_ = PEOPLE
COURSES = [f"00000000-0000-4000-9000-{number:012}" for number in range(1, 4)]

ROWS = f"""
INSERT INTO users (id, username, password_hash, full_name, email, role, is_active, created_at, updated_at) VALUES
    ('{ANNA}', 'anna', '{{bcrypt}}', 'Анна 🦊 Иванова', 'Anna@Example.com', 'user', true, '2024-01-01 10:00:00.123456+03', '2024-02-01+00'),
    ('{ADMIN}', 'admin', '{PLAIN}', NULL, NULL, 'admin', true, '2023-01-01+00', '2023-01-01+00'),
    ('{OLGA}', 'Olga', '{{argon2}}', 'Ольга', 'anna@example.COM', 'instructor', true, '2024-03-01+00', '2024-03-01+00'),
    ('{TWIN}', 'olga', 'a''; DROP TABLE users; --', '', '', 'user', false, '2024-04-01+00', '2024-04-01+00'),
    ('{NOTHING}', 'nothing', '', NULL, NULL, NULL, NULL, NULL, NULL),
    ('{FOREIGN}', 'foreign', '5f4dcc3b5aa765d61d8327deb882cf99', NULL, 'f@example.com', 'user', true, '2024-05-01+00', '2024-05-01+00');
INSERT INTO user_profiles (id, full_name, email, avatar_url, company, position, phone, bio, language, weekly_report, created_at, updated_at) VALUES
    ('{ANNA}', 'Анна', 'anna@example.com', 'data:' || repeat('A', 5000), 'ГТС', 'инженер', '+7 900', E'строка\\n\\t"=1"', 'en', true, '2024-01-01+00', '2024-01-02+00'),
    ('{ADMIN}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO user_sessions (user_id, session_token, expires_at, ip_address) VALUES ('{ANNA}', 'secret', now(), '10.0.0.1');
INSERT INTO stations (id, name, short_name, description, status, location, parallel_lines) VALUES
    (3, 'Компрессорная №1 ⛽', 'КС-1', 'описание', 'active', repeat('м', 300), '2'),
    (7, 'Other', 'КС-2', NULL, NULL, NULL, NULL);
INSERT INTO station_gas_supply_sources (id, station_id, source_name) VALUES (1, 3, 'Ямал'), (2, 3, 'Ямал'), (3, 7, NULL), (4, NULL, 'ничей');
INSERT INTO station_equipment (id, station_id, name, quantity, created_at, order_index) VALUES (5, 3, 'ГПА', NULL, '2024-01-01+00', 2), (6, 3, 'АВО', 4, NULL, NULL);
INSERT INTO station_specifications (station_id, category, value, unit) VALUES (3, 'давление', '5,5', 'МПа'), (3, NULL, NULL, NULL);
INSERT INTO station_safety_systems (id, station_id, name) VALUES (11, 3, 'пожарная');
INSERT INTO station_safety_system_features (safety_system_id, feature_name) VALUES (11, 'датчики');
INSERT INTO course_programs (id, station_id, title, tests_count, format, is_active, order_index) VALUES
    (20, 3, 'Программа', 9, NULL, true, 1), (21, 3, 'Старая', 0, 'Очно', false, 2);
INSERT INTO course_program_learning_outcomes (course_program_id, outcome_text) VALUES (20, 'знать');
INSERT INTO course_program_requirements (course_program_id, requirement_text) VALUES (20, 'уметь');
INSERT INTO course_program_target_audience (course_program_id, audience_text) VALUES (20, 'инженеры');
INSERT INTO lessons (id, course_program_id, title, is_active, order_index) VALUES (30, 20, 'Урок', true, 1), (31, 20, NULL, false, 2);
INSERT INTO lesson_materials (lesson_id, material_name, order_index) VALUES (30, 'Схема', 2), (30, 'План', 1);
INSERT INTO lesson_tests (id, lesson_id, title, questions_count, is_active) VALUES (40, 30, 'старый', 3, false), (41, 30, 'тест', 10, true);
INSERT INTO final_tests (id, course_program_id, title, questions_count) VALUES (45, 20, NULL, 5);
INSERT INTO topics (id, lesson_id, code, title, order_index, is_active) VALUES
    (50, 30, '1.1', 'Тема', 1, true), (51, 30, '1.1', 'Ещё', 2, true), (52, 30, NULL, NULL, 3, true), (53, 30, '1.4', 'и', 4, true),
    (54, 31, '2.1', 'скрытая', 1, true), (55, 30, '1.5', 'x', 5, false);
INSERT INTO topic_files (id, topic_id, file_type, original_name, file_size, minio_object_name, is_active) VALUES
    (60, 50, 'main_pdf', 'a.pdf', 5000000000, 'topics/50/a.pdf', true), (61, 50, 'additional_video', 'б.mp4', NULL, 'topics/50/б.mp4', true),
    (62, 50, 'additional_video', 'в.mp4', NULL, 'topics/50/в.mp4', true), (63, 50, 'main_pdf', 'b.pdf', 1, 'topics/50/b.pdf', true),
    (64, 50, NULL, 'c.pdf', 1, 'topics/50/c.pdf', NULL), (65, 50, 'additional_document', 'a.pdf', 1, 'topics/50/a.pdf', true);
INSERT INTO courses (id, title, description, station_id, duration_hours, level, is_active, icon) VALUES
    ('{COURSES[0]}', 'Курс', 'о газе', 3, 40, 'basic', true, repeat('i', 200)), ('{COURSES[1]}', 'Без станции', NULL, NULL, NULL, NULL, true, NULL),
    ('{COURSES[2]}', 'Закрыт', NULL, 7, NULL, NULL, false, NULL);
INSERT INTO user_courses (user_id, course_id, progress_percent, status, started_at, completed_at, hours_studied, last_activity, created_at) VALUES
    ('{ANNA}', '{COURSES[0]}', 100, 'completed', '2024-05-01+00', '2024-06-01+00', 12.34, '2024-06-01+00', '2024-05-01+00'),
    ('{OLGA}', '{COURSES[0]}', 50, 'in_progress', '2024-05-01+00', NULL, 0.01, '2024-06-02+00', '2024-05-01+00'),
    ('{OLGA}', '{COURSES[1]}', 33, 'in_progress', NULL, NULL, NULL, NULL, NULL),
    ('{TWIN}', '{COURSES[2]}', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (NULL, '{COURSES[2]}', 0, 'not_started', NULL, NULL, 0, NULL, NULL);
INSERT INTO certificates (user_id, course_id, title, issued_at, pdf_url, created_at) VALUES
    ('{ANNA}', '{COURSES[0]}', NULL, '2024-06-01+00', 'https://example.com/1.pdf', '2024-06-02+00'),
    ('{ANNA}', '{COURSES[0]}', 'ещё раз', '2024-07-01+00', NULL, NULL),
    ('{OLGA}', '{COURSES[1]}', 'Без станции', NULL, NULL, NULL);
INSERT INTO user_stats (user_id, active_courses, achievements, last_updated) VALUES
    ('{ANNA}', 99, '[{{{{"id": "first", "at": "2024-06-01", "🏆": null}}}}]', '2024-06-01+00'), ('{OLGA}', NULL, NULL, NULL);
"""
"""To be formatted with the hashes `bcrypt` and `argon2`."""
