"""What made-up forms in tests have in common, as their files say it (TOML); each piece begins with an empty line."""

FIELDS_STEP = """
[[steps]]
kind = "fields"
letter = "missing"
limit = 10
"""
CONSENT_STEP = """
[[steps]]
kind = "consent"
letter = "consent"
shows = ["name", "room"]
limit = 10
"""
REVIEW_STEP = """
[[steps]]
kind = "review"
limit = 5
"""
