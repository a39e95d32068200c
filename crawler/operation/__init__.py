"""A year without a person: the schedule, its clock, its alerts, and how sites change."""
