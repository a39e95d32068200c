"""``python -m crawler.sample_web``: serve the sample web in the foreground."""

from __future__ import annotations

import argparse
import sys
import threading

from crawler.sample_web.proxy import SampleWeb
from crawler.sample_web.truth import SITES, expected_articles


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m crawler.sample_web",
        description="Serve the five sample sites under their real host names, as a proxy.",
    )
    parser.add_argument("--port", type=int, default=8180, help="loopback port; 0 takes a free one")
    parser.add_argument("--edition", type=int, default=1, help="2 shows the sites months later")
    parser.add_argument("--slow-seconds", type=float, default=1.0, help="length of a slow answer")
    chosen = parser.parse_args()
    try:
        web = SampleWeb(chosen.edition, chosen.port, chosen.slow_seconds)
        with web:
            print(_told(web), flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        return 0
    except (OSError, ValueError) as error:
        print(f"The sample web cannot be served: {error}", file=sys.stderr)
        return 1
    return 0


def _told(web: SampleWeb) -> str:
    lines = [f"The sample web, edition {web.edition}, is served through the proxy {web.proxy_url}"]
    for name, site in SITES.items():
        count = sum(a.status == "live" for a in expected_articles(name, web.edition))
        lines.append(f"  {name:16} {count:3} articles  {site.start_urls[0]}")
    host = SITES["lang_son"].front_url
    lines += [
        f"In a shell:   curl -k -x {web.proxy_url} {host}",
        f"In a browser: chromium --ignore-certificate-errors --proxy-server={web.proxy_url} {host}",
        "Stop with Ctrl-C.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
