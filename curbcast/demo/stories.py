"""What was reported in Marlow before you came, and what became of it. All made up; read by curbcast.demo.past.

Story(hours ago, who, category, summary, street, number, deeds)      a deed: (hours later, who, verb, words)
"""

from __future__ import annotations

from dataclasses import dataclass

Deed = tuple[float, str, str, str]
"""`words` are the comment; for `assign` a handle, for `order` a handle and what to do, for `recategorize` a category,
for `merge` the survivor's summary."""


@dataclass(frozen=True)
class Story:
    hours_ago: float
    who: str
    category: str
    summary: str
    street: str
    number: int
    deeds: tuple[Deed, ...] = ()
    description: str = ""
    anonymous: bool = False


POTHOLES, LIGHTS, GRAFFITI = "Potholes", "Street lights", "Graffiti"
PARKS, RUBBISH, COMPLAINTS = "Trees and parks", "Rubbish and recycling", "Complaints about staff"
SCHOOL_HOLE = "Deep pothole by the school gate"
FULL_BINS = "Blue bins not emptied for two weeks"

STORIES = (
    Story(
        300, "otis", RUBBISH, "Mattress left on the pavement", "Orchard Row", 12,
        ((20, "lena", "acknowledge", "We collect bulky things on Tuesdays."), (50, "lena", "close", "Collected.")),
    ),
    Story(
        290, "keiko", PARKS, "Swing chain worn through", "Mill Street", 9,
        ((2, "tom", "acknowledge", "Taped off for now."), (30, "tom", "close", "New chains on both swings.")),
    ),
    Story(
        280, "noor", GRAFFITI, "Tags along the underpass", "Quay Road", 40,
        ((60, "rosa", "close", "Painted over."),),
    ),
    Story(
        260, "josefa", LIGHTS, "Farola apagada frente al mercado", "Market Square", 3,
        ((5, "lena", "acknowledge", "Reported to the contractor."), (40, "lena", "close", "New lamp since Monday.")),
    ),
    Story(250, "piet", POTHOLES, "Sunken drain cover", "Mill Street", 22, ((90, "tom", "close", "Lifted and reset."),)),
    Story(
        160, "maya", POTHOLES, SCHOOL_HOLE, "Harbour Lane", 4,
        (
            (1, "ines", "follow", ""),
            (2, "piet", "follow", ""),
            (3, "keiko", "follow", ""),
            (8, "tom", "acknowledge", "Thank you. We fill it on Thursday, before school starts."),
            (30, "piet", "comment", "My front wheel went in there this morning. Please hurry."),
            (31, "tom", "note", "@lena can I have the small roller on Thursday?"),
            (32, "lena", "note", "@tom it is yours, bring it back clean."),
        ),
        "It is as deep as a bucket, and the children cycle through it.",
    ),
    Story(
        158, "ines", LIGHTS, "Street light out outside the library", "Elm Street", 12,
        (
            (4, "maya", "follow", ""),
            (6, "lena", "acknowledge", "The lamp is ordered."),
            (70, "lena", "close", "New lamp fitted, and the timer set to dusk."),
        ),
    ),
    Story(
        150, "piet", GRAFFITI, "Paint on the war memorial", "Market Square", 1,
        (
            (20, "rosa", "close", "Cleaned on Monday by the stone mason."),
            (48, "piet", "reopen", "There is new paint on the other side."),
            (50, "rosa", "assign", "amina"),
            (51, "amina", "note", "@rosa the mason comes again on Friday."),
        ),
    ),
    Story(
        145, "keiko", PARKS, "Branch hanging over the footpath", "Mill Street", 1,
        ((30, "keiko", "close", "The storm took it down; somebody has cleared it."),),
    ),
    Story(
        140, "samir", RUBBISH, FULL_BINS, "Orchard Row", 30,
        (
            (2, "amina", "follow", ""),
            (5, "otis", "comment", "Same at number 34."),
            (9, "lena", "acknowledge", "The lorry was in repair; it comes tomorrow."),
        ),
    ),
    Story(
        138, "josefa", POTHOLES, "Bache en la esquina de la panadería", "Baker Street", 1,
        ((40, "josefa", "comment", "Ya van tres días."), (44, "tom", "comment", "Mañana lo miramos.")),
    ),
    Story(130, "maya", LIGHTS, "Lamp flickers all night", "Tanner Close", 7, ((25, "maya", "mute", ""),)),
    Story(
        128, "samir", POTHOLES, "Same pothole by the school gate", "Harbour Lane", 5,
        ((6, "noor", "follow", ""), (9, "tom", "merge", SCHOOL_HOLE)),
    ),
    Story(
        125, "keiko", COMPLAINTS, "Van parked on the cycle track every morning", "Quay Road", 2,
        ((20, "amina", "note", "@tom is this ours? White, with the old crest."),),
    ),
    Story(120, "piet", PARKS, "Bench slats missing", "Mill Street", 5, ((10, "rosa", "recategorize", RUBBISH),)),
    Story(
        115, "noor", LIGHTS, "Zebra crossing is dark", "Quay Road", 14,
        ((12, "lena", "acknowledge", "A lamp is planned."), (13, "lena", "note", "@tom can we borrow your lift?")),
    ),
    Story(110, "otis", GRAFFITI, "Stickers on every lamp post", "Baker Street", 16, anonymous=True),
    Story(
        104, "ines", RUBBISH, "Contenedor de vidrio lleno", "Elm Street", 31,
        ((3, "josefa", "follow", ""), (28, "lena", "close", "Emptied, and it comes twice a week from now on.")),
    ),
    Story(
        100, "samir", POTHOLES, "Kerb stone loose at the bus stop", "Elm Street", 2,
        (
            (24, "tom", "acknowledge", "Marked, we set it next week."),
            (25, "rosa", "order", "tom Set the kerb stone at the bus stop"),
        ),
    ),
    Story(
        96, "keiko", PARKS, "Pond smells since the weekend", "Mill Street", 14,
        ((5, "maya", "comment", "And there are dead fish."), (6, "amina", "note", "@tom please take a sample.")),
    ),
    Story(
        92, "josefa", LIGHTS, "Farola torcida tras un golpe", "Harbour Lane", 21,
        ((2, "lena", "acknowledge", "Made safe; a new post is ordered."),),
    ),
    Story(
        90, "maya", RUBBISH, "Fly-tipping behind the mill", "Mill Street", 30,
        ((10, "lena", "close", "Cleared."), (30, "maya", "reopen", "A new heap."), (31, "rosa", "assign", "tom")),
    ),
    Story(86, "piet", POTHOLES, "Cobbles lifted by roots", "Market Square", 8),
    Story(
        80, "otis", COMPLAINTS, "Nobody answers the telephone on Fridays", "Market Square", 1,
        ((18, "amina", "acknowledge", "You are right. We look for a second person."),),
    ),
    Story(77, "noor", GRAFFITI, "Tags on the bus shelter", "Elm Street", 18, ((22, "amina", "close", "Cleaned."),)),
    Story(72, "samir", PARKS, "Goal net torn", "Mill Street", 18, ((7, "keiko", "follow", ""),)),
    Story(
        70, "ines", POTHOLES, "Rejilla rota en el carril bici", "Quay Road", 9,
        (
            (3, "tom", "acknowledge", "Cone set out, new grate on its way."),
            (4, "tom", "order", "lena Fetch the new grate from the depot"),
            (9, "samir", "follow", ""),
        ),
    ),
    Story(66, "keiko", LIGHTS, "Light shines into bedrooms", "Tanner Close", 15, anonymous=True),
    Story(
        60, "maya", PARKS, "Young tree snapped", "Orchard Row", 5,
        ((9, "otis", "comment", "The wind did it, I saw it."), (20, "tom", "acknowledge", "We plant another.")),
    ),
    Story(
        55, "otis", POTHOLES, "Trench badly filled after the gas works", "Baker Street", 22,
        ((4, "piet", "follow", ""), (6, "tom", "note", "@rosa this is the gas company's to mend.")),
    ),
    Story(
        50, "josefa", RUBBISH, "Bolsas rotas junto al parque", "Mill Street", 3,
        ((12, "lena", "close", "Recogidas esta mañana."),),
    ),
    Story(44, "samir", RUBBISH, "Bins of number 30 again", "Orchard Row", 31, ((8, "lena", "merge", FULL_BINS),)),
    Story(
        40, "noor", PARKS, "Drinking fountain does not stop", "Market Square", 5,
        ((1, "tom", "acknowledge", "Water is off, the valve is on order."),),
    ),
    Story(34, "piet", LIGHTS, "Three lamps dark in a row", "Harbour Lane", 30, ((3, "maya", "follow", ""),)),
    Story(
        28, "ines", GRAFFITI, "Pintadas en la escuela", "Harbour Lane", 6,
        ((4, "amina", "acknowledge", "Lo limpiamos el sábado."), (5, "josefa", "comment", "Gracias por avisar.")),
    ),
    Story(22, "maya", POTHOLES, "Puddle that never dries", "Tanner Close", 2),
    Story(16, "keiko", RUBBISH, "Bin lid blown away", "Elm Street", 25, ((2, "lena", "acknowledge", "On order."),)),
    Story(
        11, "otis", PARKS, "Hedge hides the stop sign", "Quay Road", 22,
        ((1, "noor", "comment", "I nearly did not stop."), (2, "tom", "acknowledge", "We cut it today.")),
    ),
    Story(6, "samir", LIGHTS, "Lamp on during the day", "Market Square", 6),
    Story(2, "noor", POTHOLES, "Road surface breaking up", "Quay Road", 31),
)  # fmt: skip
