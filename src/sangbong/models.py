"""All rooms' tables, gathered for Django: each room's stay private to it."""

from sangbong.archive.models import *  # noqa: F403
from sangbong.letters.models import *  # noqa: F403
from sangbong.liaison.models import *  # noqa: F403
from sangbong.office.models import *  # noqa: F403
from sangbong.registry.models import *  # noqa: F403
from sangbong.reunions.models import *  # noqa: F403
from sangbong.selection.models import *  # noqa: F403
from sangbong.tracing.models import *  # noqa: F403
