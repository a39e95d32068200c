"""A database made anew from its captures: the plan, the rows in bulk, and what differs."""
