"""What happens in the recorded log, day by day. Each day begins with a start by a configuration of its own."""

from .choices import modes, strategies
from .clocks import clocks, retirement
from .failures import deadlines, failures
from .families import families
from .hedges import hedges
from .lanes import lanes, media
from .limits import budgets, midnight, quotas

__all__ = [
    "budgets", "clocks", "deadlines", "failures", "families", "hedges", "lanes", "media", "midnight", "modes", "quotas",
    "retirement", "strategies",
]  # fmt: skip
