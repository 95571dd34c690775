"""What each provider of mailboxes takes, from a file:

[google]
domains = ["gmail.com", "googlemail.com"]
mails_per_second = 20
connections = 10            mails under way at a time

[others]
domains = ["*"]             each other domain by itself
mails_per_second = 5
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from notifier.lanes import Limit

ANY = "*"


class _Provider(BaseModel):
    model_config = ConfigDict(extra="forbid")

    domains: list[str] = Field(min_length=1)
    mails_per_second: float | None = Field(default=None, gt=0)
    connections: int | None = Field(default=None, ge=1)


@dataclass(frozen=True)
class Providers:
    """Which lane an address is on (`@google`, `@springfield.example`), and what that lane takes."""

    lanes: Mapping[str, str]
    limits: Mapping[str, Limit]

    @classmethod
    def read(cls, file: Path | None) -> Self:
        """ValueError names the file and what is wrong in it."""
        lanes, limits, name = {}, {}, ""
        try:
            given = tomllib.loads(file.read_text()) if file is not None else {}
            for name, table in given.items():
                provider = _Provider.model_validate(table)
                for domain in provider.domains:
                    if domain.lower() in lanes:
                        raise ValueError(f"{domain} is named twice")
                    lanes[domain.lower()] = f"@{name}"
                limits[f"@{name}"] = Limit(provider.mails_per_second, provider.connections)
        except ValidationError as error:
            place = ".".join(map(str, (name, *error.errors()[0]["loc"])))
            raise ValueError(f"PROVIDER_LIMITS: {file}: {place}: {error.errors()[0]['msg']}") from error
        except (OSError, ValueError) as error:
            raise ValueError(f"PROVIDER_LIMITS: {file}: {error}") from error
        return cls(lanes, limits)

    def lane_of(self, address: str) -> str:
        """The provider's, or one for this domain alone."""
        domain = address.rpartition("@")[2].lower()
        return self.lanes.get(domain, f"@{domain}")

    @property
    def share_connections(self) -> bool:
        return any(limit.connections is not None for limit in self.limits.values())

    def limit_of(self, lane: str) -> Limit:
        return self.limits.get(lane) or self.limits.get(self.lanes.get(ANY, ""), Limit())
