"""What other web archives kept of a site: their lists of captures, fetched politely."""
