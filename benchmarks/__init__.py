"""Measures mailbot: what a mail costs, stage by stage, and how that grows. Not installed; run from a checkout."""
