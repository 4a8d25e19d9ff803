from __future__ import annotations

import json
import logging

import pytest
import structlog

from portal.core.logs import JsonFormatter, WithoutProbes


@pytest.fixture
def lines():
    """What a log file would hold."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Keep()
    handler.setFormatter(JsonFormatter())
    handler.addFilter(WithoutProbes())
    logger = logging.getLogger("tests.logs")
    logger.setLevel("INFO")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


def test_only_allowed_fields_leave(lines):
    structlog.get_logger("tests.logs").info(
        "request_finished",
        code=404,
        request="GET /leads/?q=ann@example.com",
        user_agent="x",
        ip="10.0.0.7",
        email="ann@example.com",
        user_id=7,
    )

    line = json.loads(lines[0])
    assert line["request"] == "GET /leads/"
    assert line["user_id"] == 7
    assert not {"ip", "user_agent", "email"} & line.keys()
    assert "ann@example.com" not in lines[0]


@pytest.mark.parametrize("path", ["/hooks/in/{}/", "/password/reset/key/{}/"])
def test_secrets_in_addresses_stay_out(lines, path):
    secret = "1a-dgx1m4-5b7c0e2f9"
    structlog.get_logger("tests.logs").info("request_started", request=f"GET {path.format(secret)}")

    assert secret not in lines[0]
    assert path.format("…") in json.loads(lines[0])["request"]


def test_an_error_is_its_type_and_place_without_its_words(lines):
    try:
        raise ValueError("ann@example.com is already a lead")
    except ValueError:
        logging.getLogger("tests.logs").exception("job_failed")

    line = json.loads(lines[0])
    assert line["exception"]["type"] == "ValueError"
    assert "test_logs.py" in line["exception"]["frames"][-1]
    assert "ann@example.com" not in lines[0]


def test_a_line_cannot_be_forged(lines):
    logging.getLogger("tests.logs").warning("first\n%s", '{"event": "second"}\x1b[31m')

    assert len(lines[0].splitlines()) == 1
    assert "\x1b" not in lines[0]


def test_probes_that_succeed_are_not_written(lines):
    log = structlog.get_logger("tests.logs")
    log.info("request_finished", code=200, request="GET /readyz")
    log.info("request_finished", code=503, request="GET /readyz")

    assert [json.loads(line)["code"] for line in lines] == [503]
