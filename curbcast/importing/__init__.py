"""`curbcast import-requests`: real 311 data, replayed through the same actions as the API, in time order.

    file ──read──▶ rows ──▶ lives ──▶ spool (time order, on disk) ──▶ replay ──▶ requests, comments, events
                    └──────────┴── rejections, with line and reason     └──▶ the pipeline, where it is to notify

reading json_list       any format -> rows
columns cleaning lives  a row -> what happened to one request, checked before anything is written
spool replay            what happened, in time order, done again
sums progress telling   what it came to, how it goes on, and who hears of it
"""

from curbcast.importing.problems import CannotImport, Rejection
from curbcast.importing.progress import Report
from curbcast.importing.run import import_requests
from curbcast.importing.sums import Sums
from curbcast.importing.telling import tell_all

__all__ = ["CannotImport", "Rejection", "Report", "Sums", "import_requests", "tell_all"]
