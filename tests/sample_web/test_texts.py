"""The texts of the sample sites are read, and faults in them told."""

from __future__ import annotations

import pytest

from crawler.sample_web import SampleWeb, expected_articles
from crawler.sample_web.blocks import Heading, Paragraph, Picture, plain, read_blocks
from crawler.sample_web.connection import BadRequest
from crawler.sample_web.stories import shared_texts


def test_blocks_are_read() -> None:
    blocks = read_blocks(
        "Một **hai** [ba](http://b.vn/x).\n\n## Bốn\n\n!picture a.jpg | Năm | table"
    )
    assert blocks == (
        Paragraph("Một **hai** [ba](http://b.vn/x)."),
        Heading("Bốn"),
        Picture("a.jpg", "Năm", "table"),
    )
    assert plain("Một **hai** [ba](http://b.vn/x).") == "Một hai ba."


@pytest.mark.parametrize("text", ["!sound a.mp3", "!picture a.jpg | b | nowhere"])
def test_unknown_marks_are_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"unknown"):
        read_blocks(text)


def test_unknown_sites_are_told() -> None:
    with pytest.raises(KeyError, match="lang_son"):
        expected_articles("nowhere")
    with pytest.raises(ValueError, match="edition"):
        SampleWeb(edition=0)
    with pytest.raises(ValueError, match="65535"):
        SampleWeb(port=99999)


def test_frames_share_their_lists() -> None:
    assert len(shared_texts()["provinces"]) == 34
    assert issubclass(BadRequest, Exception)
