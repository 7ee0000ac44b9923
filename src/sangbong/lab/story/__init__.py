"""The story of the demo: a round of video reunions as two offices would run it, step by step.

Each step looks at its office's own tables to see whether it is due, does one deed in one transaction
and tells one sentence. So a story that was killed anywhere goes on where it stood: state is the
queue here too.
"""

from sangbong.lab.story.stage import Side, Stage, Step, Told
from sangbong.lab.story.telling import advance, due, report, steps_of

__all__ = ["Side", "Stage", "Step", "Told", "advance", "due", "report", "steps_of"]
