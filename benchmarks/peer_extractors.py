"""Other programs on the same pages, each run in a process of an environment of its own.

Given to that environment's Python as a script: ``python peer_extractors.py NAME``, with addresses
on standard input, one a line. Prints one JSON line for each page: ``url`` and ``text``. The proxy
is taken from the environment (``http_proxy``). Imports nothing of this project.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")


def newspaper4k(url: str) -> str:
    from newspaper import Article

    article = Article(url, language="vi", fetch_images=False)
    article.download()
    article.parse()
    return str(article.text)


def news_please(url: str) -> str:
    from newsplease import NewsPlease

    article = NewsPlease.from_url(url)
    return str(getattr(article, "maintext", "") or "")


PEERS = {"newspaper4k": newspaper4k, "news-please": news_please}


def main() -> None:
    read = PEERS[sys.argv[1]]
    for line in sys.stdin:
        url = line.strip()
        try:
            text = read(url)
        except Exception as error:
            print(f"{url}: {error!r}", file=sys.stderr)
            text = ""
        print(json.dumps({"url": url, "text": text}), flush=True)


if __name__ == "__main__":
    main()
