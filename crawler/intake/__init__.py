"""From WARC files to rows: recovery, import, rebuild, and what is derived afterwards."""
