"""Questions ready to be asked, and the tutorial: each is answered, and rightly."""

from __future__ import annotations

import html
import re
from typing import Any

import lxml.html
import pytest
from lxml.html import HtmlElement

from archive.publish.queries import PARAMETERS, QUESTIONS
from archive.publish.tutorial import STEPS
from tests.publish.pages import get, tree


async def test_an_answer_over_time_is_drawn(face: Any) -> None:
    drawn = tree((await get(face, "/archive/word_by_year?q=cong")).text)
    assert drawn.xpath("//*[name()='svg'][@class='chart']")
    table = tree((await get(face, "/archive?sql=select+title,+words+from+articles")).text)
    assert not table.xpath("//*[name()='svg']")


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_question_answers_and_is_told_in_both_languages(
    face: Any, name: str, language: str
) -> None:
    question = QUESTIONS[name]
    assert set(re.findall(r":(\w+)", question.sql)) == set(question.examples)
    response = await face.client.get(
        f"/archive/{name}", params=question.examples, headers={"accept-language": language}
    )
    assert response.status_code == 200
    place = 0 if language == "vi" else 1
    assert question.title[place] in html.unescape(response.text)
    assert 'role="alert"' not in response.text
    data = (await face.client.get(f"/archive/{name}.json", params=question.examples)).json()
    assert data.get("error") is None
    empty = await face.client.get(f"/archive/{name}")
    assert empty.status_code == 200 and 'role="alert"' not in empty.text


def test_every_parameter_of_a_question_has_a_name_in_both_languages() -> None:
    assert {name for question in QUESTIONS.values() for name in question.examples} == set(
        PARAMETERS
    )


async def test_titles_in_answers_lead_to_their_articles(face: Any, ids: dict[str, int]) -> None:
    page = (await face.client.get("/archive/title_changes?_lang=vi")).text
    key = ids["doi_thoai_dien_tu"]
    link = f'<td class="col-title"><a href="/archive/articles/{key}">'
    assert link in page
    # Of an SQL question of a person's own, too; a number that is no article's leads nowhere.
    sql = "select+12+as+id,+'x'+as+title"
    assert '<td class="col-title">x</td>' in (await face.client.get(f"/archive?sql={sql}")).text
    assert "Phần đã đổi" in (await face.client.get("/archive/changed_after_publication")).text


def test_there_are_questions_enough() -> None:
    assert len(QUESTIONS) >= 15


ANSWERS: dict[str, tuple[dict[str, str], str]] = {
    "workers_month": ({"year": "2024"}, "thang_cong_nhan_mo"),
    "titles_with_phrase": ({"phrase": "ĐẠI HỘI công đoàn"}, "dai_hoi"),
    "full_text": ({"q": '"nợ bảo hiểm" -hoa'}, "bao_hiem"),
    "attachments_named": ({"contains": "ke hoach"}, "nha_o"),
    "words_in_attachments": ({"q": "mong coc"}, "nha_o"),
    "taken_down": ({"site": ""}, "tai_nan"),
    "title_changes": ({}, "doi_thoai_dien_tu"),
    "changed_after_publication": ({"site": "hai_phong", "part": "body"}, "doi_thoai_dien_tu"),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_question_gives_the_right_articles(
    face: Any, ids: dict[str, int], name: str
) -> None:
    parameters, key = ANSWERS[name]
    data = (
        await face.client.get(f"/archive/{name}.json", params={**parameters, "_shape": "objects"})
    ).json()
    found = {row.get("id") or row.get("article_id") for row in data["rows"]}
    assert ids[key] in found
    assert len(found) <= 2


async def test_most_republished(face: Any) -> None:
    data = (
        await face.client.get(
            "/archive/most_republished.json",
            params={"since": "2023-01-01", "until": "2023-02-01", "_shape": "objects"},
        )
    ).json()
    assert [(row["sites"], row["articles"]) for row in data["rows"]] == [(2, 2)]


async def test_the_tutorial_runs_each_of_its_queries(face: Any) -> None:
    page: HtmlElement = lxml.html.fromstring((await face.client.get("/tutorial?_lang=vi")).text)
    links: list[str] = [
        link.get("href", "")
        for section in page.find_class("step")
        for link in section.iterdescendants("a")
    ]
    assert len(links) == sum(len(step.queries) for step in STEPS) >= 10
    for link in links:
        answer = await face.client.get(link)
        assert (answer.status_code == 200 and "rows-and-columns" in answer.text) or "unit" in link
    shown = str(page.text_content())
    assert "Hai bảng" in shown and "Two tables" not in shown
