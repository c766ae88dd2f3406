"""Certificates of other jurisdictions: which are recognised, as whom, and what shows it."""
