"""A wrong or unsafe setting stops the start with one line that names it."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portal.core import checks, environment
from tests import processes

STRONG = "v5Yc0kq2WmZtR8sLxP1nAe7dJbGh3uKfQi9oTzCw4yXr6VjM-EaSgHlB"

#: What is set → the variable that the refusal must name. Every one is a way to get it wrong.
WRONG: list[tuple[dict[str, str], str]] = [
    ({"ACCORD_SECRET_KEY": "short"}, "ACCORD_SECRET_KEY"),
    ({"ACCORD_SECRET_KEY": "a" * 60}, "ACCORD_SECRET_KEY"),
    ({"ACCORD_SECRET_KEY": "django-insecure-" + STRONG}, "ACCORD_SECRET_KEY"),
    ({"ACCORD_SECRET_KEY": "changeme-" + STRONG}, "ACCORD_SECRET_KEY"),
    ({"ACCORD_SECRET_KEY": "your-secret-key-here-" + STRONG}, "ACCORD_SECRET_KEY"),
    ({"ACCORD_DEBUG": "maybe"}, "ACCORD_DEBUG"),
    ({"ACCORD_DEBUG": "true", "ACCORD_BASE_URL": "https://portal.acme.test"}, "ACCORD_DEBUG"),
    ({"ACCORD_DEBUG": "1", "ACCORD_ALLOWED_HOSTS": "localhost,10.0.0.5"}, "ACCORD_DEBUG"),
    ({"ACCORD_ALLOWED_HOSTS": "*"}, "ACCORD_ALLOWED_HOSTS"),
    ({"ACCORD_ALLOWED_HOSTS": "https://portal.acme.test"}, "ACCORD_ALLOWED_HOSTS"),
    ({"ACCORD_ALLOWED_HOSTS": "portal.acme.test:443"}, "ACCORD_ALLOWED_HOSTS"),
    ({"ACCORD_ALLOWED_HOSTS": "portal acme"}, "ACCORD_ALLOWED_HOSTS"),
    ({"ACCORD_ALLOWED_HOSTS": "localhost,,"}, "ACCORD_ALLOWED_HOSTS"),
    (
        {"ACCORD_BASE_URL": "https://portal.acme.test", "ACCORD_ALLOWED_HOSTS": "localhost"},
        "ACCORD_ALLOWED_HOSTS",
    ),
    ({"ACCORD_BASE_URL": "portal.acme.test"}, "ACCORD_BASE_URL"),
    ({"ACCORD_BASE_URL": "ftp://portal.acme.test"}, "ACCORD_BASE_URL"),
    ({"ACCORD_BASE_URL": "https://portal.acme.test/accord"}, "ACCORD_BASE_URL"),
    ({"ACCORD_BASE_URL": "https://me:hunter2@portal.acme.test"}, "ACCORD_BASE_URL"),
    ({"ACCORD_BASE_URL": "https://portal.acme.test:99999"}, "ACCORD_BASE_URL"),
    ({"DATABASE_URL": "mysql://me:hunter2@db/accord"}, "DATABASE_URL"),
    ({"DATABASE_URL": "postgres://me:hunter2@db:port/accord"}, "DATABASE_URL"),
    ({"DATABASE_URL": "postgres://me:hunter2@db/"}, "DATABASE_URL"),
    ({"DATABASE_URL": "postgres:///accord"}, "DATABASE_URL"),
    ({"DATABASE_URL": "accord"}, "DATABASE_URL"),
    ({"DATABASE_URL": "sqlite://accord.sqlite3"}, "DATABASE_URL"),
    ({"DATABASE_URL": "sqlite:////no/such/folder/accord.sqlite3"}, "DATABASE_URL"),
    ({"DATABASE_URL": "sqlite:////proc/accord.sqlite3"}, "DATABASE_URL"),
    ({"DATABASE_URL": "sqlite:////usr"}, "DATABASE_URL"),
    ({"ACCORD_BROKER_URL": "kafka://broker"}, "ACCORD_BROKER_URL"),
    ({"ACCORD_BROKER_URL": "amqp://"}, "ACCORD_BROKER_URL"),
    ({"ACCORD_BROKER_URL": "memory://"}, "ACCORD_BROKER_URL"),
    ({"ACCORD_CACHE_URL": "locmem://"}, "ACCORD_CACHE_URL"),
    ({"ACCORD_CACHE_URL": "redis://cache:no/1"}, "ACCORD_CACHE_URL"),
    ({"ACCORD_MEDIA_URL": "s3://endpoint.test/bucket"}, "ACCORD_MEDIA_URL"),
    ({"ACCORD_MEDIA_URL": "s3://key:hunter2@endpoint.test"}, "ACCORD_MEDIA_URL"),
    ({"ACCORD_MEDIA_URL": "ftp://key:hunter2@endpoint.test/bucket"}, "ACCORD_MEDIA_URL"),
    ({"ACCORD_MEDIA_URL": "/etc/hostname"}, "ACCORD_MEDIA_URL"),
    ({"ACCORD_EMAIL_URL": "mail.acme.test"}, "ACCORD_EMAIL_URL"),
    ({"ACCORD_EMAIL_URL": "smtp://"}, "ACCORD_EMAIL_URL"),
    ({"ACCORD_EMAIL_URL": "pop3://mail.acme.test"}, "ACCORD_EMAIL_URL"),
    ({"ACCORD_TIME_ZONE": "Berlin"}, "ACCORD_TIME_ZONE"),
    ({"ACCORD_LANGUAGE": "klingon"}, "ACCORD_LANGUAGE"),
    ({"ACCORD_CURRENCY": "EURO"}, "ACCORD_CURRENCY"),
    ({"ACCORD_CURRENCY": "ABC"}, "ACCORD_CURRENCY"),
    ({"ACCORD_LEAD_VISIBILITY": "nobody"}, "ACCORD_LEAD_VISIBILITY"),
    ({"ACCORD_TALKING_POINT_SIGNERS": "legal"}, "ACCORD_TALKING_POINT_SIGNERS"),
    ({"ACCORD_LOGIN_LIMIT": "many"}, "ACCORD_LOGIN_LIMIT"),
    ({"ACCORD_LOGIN_LIMIT": "0"}, "ACCORD_LOGIN_LIMIT"),
    ({"ACCORD_LOGIN_LIMIT": "100,10"}, "ACCORD_LOGIN_LIMIT"),
    ({"ACCORD_DEMO_PASSWORD": "demo"}, "ACCORD_DEMO_PASSWORD"),
    ({"ACCORD_METRICS_TOKEN": "token"}, "ACCORD_METRICS_TOKEN"),
    (
        {"ACCORD_OIDC_CLIENT_ID": "accord", "ACCORD_OIDC_SERVER_URL": "https://id.acme.test"},
        "ACCORD_OIDC_CLIENT_SECRET",
    ),
    (
        {"ACCORD_OIDC_CLIENT_ID": "accord", "ACCORD_OIDC_CLIENT_SECRET": "x"},
        "ACCORD_OIDC_SERVER_URL",
    ),
    ({"ACCORD_OIDC_SERVER_URL": "http://id.acme.test"}, "ACCORD_OIDC_SERVER_URL"),
    ({"ACCORD_LOG_FILE": "/no/such/folder/accord.log"}, "ACCORD_LOG_FILE"),
    ({"ACCORD_LOG_FILE": "/usr"}, "ACCORD_LOG_FILE"),
    ({"ACCORD_VAR_DIR": "/etc/hostname"}, "ACCORD_VAR_DIR"),
    ({"ACCORD_VAR_DIR": "/proc/accord"}, "ACCORD_VAR_DIR"),
    ({"ACCORD_ENV_FILE": "/no/such/file"}, "ACCORD_ENV_FILE"),
]


def _start(folder: Path, wrong: dict[str, str]) -> subprocess.CompletedProcess[str]:
    port = str(processes.free_port())
    return processes.run(
        "start", "--port", port, env=processes.environment(folder) | wrong, timeout=60
    )


@pytest.fixture(scope="module")
def refusals(tmp_path_factory):
    """All of them at once, two at a time: each is a process that must end by itself."""
    folder = tmp_path_factory.mktemp("configuration")
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda case: _start(folder, case[0]), WRONG))


@pytest.mark.worker
@pytest.mark.parametrize("number", range(len(WRONG)), ids=lambda number: str(WRONG[number][0])[:60])
def test_it_is_refused_in_one_line_that_names_it(refusals, number):
    _, variable = WRONG[number]
    refused = refusals[number]

    lines = [line for line in refused.stderr.splitlines() if line.strip()]
    assert refused.returncode == 1, refused.stderr
    assert [line.split()[0].rstrip(":") for line in lines] == [variable]
    assert all(line.endswith(".") for line in lines)
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_no_refusal_repeats_a_secret(refusals):
    said = " ".join(refused.stderr for refused in refusals)
    assert "hunter2" not in said
    assert STRONG not in said


@pytest.mark.worker
def test_all_faults_are_said_at_once(tmp_path):
    wrong = {"ACCORD_DEBUG": "maybe", "ACCORD_CURRENCY": "EURO", "ACCORD_SECRET_KEY": "short"}
    refused = _start(tmp_path, wrong)

    assert {line.split()[0] for line in refused.stderr.splitlines()} == set(wrong)


@pytest.mark.worker
def test_the_same_holds_for_a_web_server_and_a_worker_started_by_hand(tmp_path):
    env = processes.environment(
        tmp_path, ACCORD_SECRET_KEY="short", DJANGO_SETTINGS_MODULE="portal.settings"
    )
    for command in (
        ["-c", "import portal.wsgi"],
        ["-m", "celery", "-A", "portal", "worker", "-P", "solo"],
    ):
        refused = subprocess.run(
            [processes.MANAGE[0], *command],
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert refused.returncode != 0
        assert "ACCORD_SECRET_KEY must have at least 50 characters" in refused.stderr


@pytest.mark.worker
def test_every_command_refuses_what_it_cannot_read(tmp_path):
    refused = processes.run("migrate", env=processes.environment(tmp_path, ACCORD_DEBUG="maybe"))

    assert refused.returncode == 1
    assert "ACCORD_DEBUG must be true or false." in refused.stderr


@pytest.mark.worker
def test_a_misspelt_setting_is_a_warning_with_a_guess(tmp_path):
    env = processes.environment(tmp_path, ACCORD_SECRETKEY=STRONG)
    checked = processes.run("check", env=env)

    assert checked.returncode == 0
    assert "did you mean ACCORD_SECRET_KEY?" in checked.stderr


@pytest.mark.worker
def test_a_public_portal_with_everything_set_passes_without_a_warning(tmp_path):
    (tmp_path / ".env").write_text(
        f"ACCORD_SECRET_KEY={STRONG}\n"
        "ACCORD_BASE_URL=https://portal.acme.test\n"
        "DATABASE_URL=postgres://accord:p%40ss@db.acme.test/accord\n"
        "ACCORD_BROKER_URL=amqps://accord:x@mq.acme.test/accord\n"
        "ACCORD_CACHE_URL=redis://cache.acme.test:6379/1\n"
        "ACCORD_MEDIA_URL=s3://key:secret@s3.acme.test/accord?region=eu-central-1\n"
        "ACCORD_EMAIL_URL=smtp://accord:x@mail.acme.test:587\n"
        "ACCORD_TIME_ZONE=Europe/Berlin\nACCORD_LANGUAGE=de\nACCORD_CURRENCY=eur\n"
        "ACCORD_OIDC_CLIENT_ID=accord\nACCORD_OIDC_CLIENT_SECRET=x\n"
        "ACCORD_OIDC_SERVER_URL=https://id.acme.test/realms/acme\n"
        "ACCORD_LOGIN_LIMIT=5,50\nACCORD_LOG_FILE=-\n"
    )
    env = processes.environment(tmp_path, ACCORD_ENV_FILE=str(tmp_path / ".env"))
    checked = processes.run(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        "--tag",
        "accord",
        "--tag",
        "security",
        env=env,
    )
    assert checked.returncode == 0, checked.stderr

    shown = processes.run("shell", "-c", SHOW, env=env).stdout.splitlines()
    assert shown[-8:] == [
        "postgres db.acme.test p@ss",
        "https://s3.acme.test accord eu-central-1",
        "mail.acme.test 587 True",
        "__Host-accord_session True True ('HTTP_X_FORWARDED_PROTO', 'https')",
        """["'self'", 'https://id.acme.test']""",
        "(5, 50) EUR de Europe/Berlin",
        "{'connect_timeout': 3, 'confirm_publish': True}",
        "django.core.cache.backends.redis.RedisCache",
    ]


SHOW = """
from django.conf import settings as s
d = s.DATABASES["default"]
print("postgres", d["HOST"], d["PASSWORD"])
o = s.STORAGES["default"]["OPTIONS"]
print(o["endpoint_url"], o["bucket_name"], o["region_name"])
print(s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS)
print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_PROXY_SSL_HEADER)
print(s.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"])
print(s.LOGIN_LIMIT, s.CURRENCY, s.LANGUAGE_CODE, s.TIME_ZONE)
print(s.CELERY_BROKER_TRANSPORT_OPTIONS)
print(s.CACHES["default"]["BACKEND"])
"""


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("ACCORD_CURRENCY=USD\nACCORD_TIME_ZONE=Europe/Paris\n")
    monkeypatch.setenv("ACCORD_ENV_FILE", str(tmp_path / ".env"))
    monkeypatch.setenv("ACCORD_CURRENCY", "CHF")

    env = environment.Environment(Path("unused"))

    assert env.read("ACCORD_CURRENCY", "EUR", environment.currency) == "CHF"
    assert env.read("ACCORD_TIME_ZONE", "UTC", environment.time_zone) == "Europe/Paris"


def test_every_process_of_a_portal_meets_in_one_folder(tmp_path):
    """The web server has options of its own for PostgreSQL; its messages must reach the worker."""
    address = {"DATABASE_URL": "postgres://me@127.0.0.1:5432/accord"}
    others = {"DATABASE_URL": "postgres://me@127.0.0.1:5432/other"}
    limits = {"PGOPTIONS": "-c statement_timeout=15s"}

    folders = [
        _run_folder(processes.environment(tmp_path, **said))
        for said in (address, address | limits, others)
    ]

    assert folders[0] == folders[1] != folders[2]


def _run_folder(env):
    asked = "import portal.settings; print(portal.settings.RUN_DIR)"
    done = subprocess.run(
        [processes.MANAGE[0], "-c", asked],
        env=env,
        cwd=Path(processes.MANAGE[1]).parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def test_two_first_starts_agree_on_one_key(tmp_path):
    with ThreadPoolExecutor(max_workers=8) as pool:
        keys = set(pool.map(lambda _: environment.embedded_secret(tmp_path / "key"), range(8)))

    assert len(keys) == 1
    assert len(keys.pop()) >= checks.SHORTEST_SECRET
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["key"]


def test_sqlite_on_a_network_file_system_is_recognised(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\nserver:/x /srv nfs4 rw 0 0\ntmpfs /srv/local tmpfs rw 0 0\n"
    )

    assert checks.file_system_of(Path("/srv/accord"), str(mounts)) == "nfs4"
    assert checks.file_system_of(Path("/srv/local/accord"), str(mounts)) == "tmpfs"
    assert checks.file_system_of(Path("/srvother"), str(mounts)) == "ext4"
