"""Marlow on the map: who lives and works there, what they may report, and where. All made up."""

from __future__ import annotations

from dataclasses import dataclass

from casework.people import Role

SLUG, NAME = "marlow", "Town of Marlow"


@dataclass(frozen=True)
class Somebody:
    """One of the town's people; a resident where there is no role."""

    name: str
    role: Role | None = None
    language: str = "en"


STAFF = {
    "rosa": Somebody("Rosa Delgado", Role.OWNER, language="es"),
    "amina": Somebody("Amina Yusuf", Role.MANAGER),
    "tom": Somebody("Tom Okafor", Role.INTERNAL),
    "lena": Somebody("Lena Brandt", Role.INTERNAL),
}
RESIDENTS = {
    "maya": Somebody("Maya Lindqvist"),
    "ines": Somebody("Inés Duarte", language="es"),
    "piet": Somebody("Piet van Houten"),
    "keiko": Somebody("Keiko Mori"),
    "samir": Somebody("Samir Haddad"),
    "josefa": Somebody("Josefa Marín", language="es"),
    "noor": Somebody("Noor Rahman"),
    "otis": Somebody("Otis Freeman"),
}
PEOPLE = STAFF | RESIDENTS


@dataclass(frozen=True)
class Desk:
    """Who hears of a category's requests inside the town hall."""

    assignee: str | None = None
    route: tuple[str, ...] = ()
    private: bool = False
    days: int | None = None
    """How many working days its requests may take; the owner hears of those that take longer."""


CATEGORIES = {
    "Potholes": Desk("tom", ("roads@marlow.example",), days=3),
    "Street lights": Desk("lena", days=10),
    "Graffiti": Desk(route=("cleaning@marlow.example",)),
    "Trees and parks": Desk("tom"),
    "Rubbish and recycling": Desk("lena", ("waste@marlow.example",)),
    "Complaints about staff": Desk("amina", private=True),
}

STREETS = {  # the corner where it begins, and how far it runs from one house number to the next
    "Harbour Lane": (42.3600, -71.0572, 0.00004, 0.00009),
    "Elm Street": (42.3608, -71.0595, 0.00005, 0.00004),
    "Orchard Row": (42.3570, -71.0575, 0.00003, 0.00007),
    "Baker Street": (42.3588, -71.0578, 0.00006, -0.00002),
    "Tanner Close": (42.3618, -71.0566, 0.00004, 0.00005),
    "Quay Road": (42.3568, -71.0534, 0.00007, 0.00002),
    "Mill Street": (42.3628, -71.0616, 0.00003, 0.00006),
    "Market Square": (42.3594, -71.0603, 0.00002, 0.00002),
}


def point(street: str, number: int) -> tuple[float, float]:
    """Latitude and longitude of a house."""
    latitude, longitude, north, east = STREETS[street]
    return round(latitude + number * north, 5), round(longitude + number * east, 5)
