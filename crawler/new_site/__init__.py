"""A new site's file from its address: look at a few pages, decide, write."""
