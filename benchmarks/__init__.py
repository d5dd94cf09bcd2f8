"""Measures mailbot: what a mail costs, stage by stage, and how that grows. Not installed; run from a checkout, whose
tests have the servers that it measures against."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "tests"))
