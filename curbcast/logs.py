"""What this process says: one line for each thing that happened, for people or (LOG_FORMAT=json) for machines.

Lines of an event carry `event_id`, from the mutation that wrote it (`event_written`) over the telling (`event_told`) to
the mail (`mails_settled`, whose `events` lists it); lines of one HTTP request share its `request_id`. No line holds an
address, a token or what somebody wrote.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from casework.config import Settings


def quieten() -> None:
    """For commands that end by themselves and print what they have to say: only what is wrong is logged."""
    _configure(logging.WARNING, as_json=False)


def configure_logs(settings: Settings) -> None:
    """From here on everything, the libraries' own lines too, goes to stderr as the settings say."""
    _configure(logging.getLevelNamesMapping()[settings.log_level.upper()], as_json=settings.log_format == "json")


def _configure(level: int, *, as_json: bool) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if as_json:
        shared.append(structlog.processors.format_exc_info)
        last: Any = structlog.processors.JSONRenderer(default=str)
    else:
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("arq", "asyncio", "tortoise", "uvicorn"):  # they tell of every tick, statement and connection
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
