"""The download handler that keeps every exchange as WARC, wire-exact."""
