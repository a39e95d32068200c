"""One pace per host, Retry-After, Crawl-delay, giving up, quiet hours, cookie stubs."""
