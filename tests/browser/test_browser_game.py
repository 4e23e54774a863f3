"""The game as it is played: the board survives a reload, a link leads to the same game unplayed, and names no word."""

from __future__ import annotations

from urllib.parse import quote, unquote

ADDRESS = "/game?seed=" + quote("우리반") + "&model=word2vec"


def guess(page, word):
    page.fill("#game-guess", word)
    page.press("#game-guess", "Enter")


def test_a_game_is_played_kept_and_shared(visit):
    from explorer.analysis.game import Game
    from explorer.static.load import load

    game = Game(load("word2vec"), "우리반")
    secret, near = game.word, game.nearest(1)[0][0].split("/")[0]
    page = visit(ADDRESS)
    page.wait_for_selector("text=아무 단어나 말해 보세요")
    guess(page, "학교에서")
    page.wait_for_selector("#game-board >> text=학교에서")
    assert page.input_value("#game-guess") == "" and page.evaluate("document.activeElement.id") == "game-guess"
    guess(page, near)
    page.wait_for_selector("#game-board >> text=1위")
    guess(page, "학교는")
    page.wait_for_selector("text=이미 1번째로 말한")
    assert page.locator("#game-board tbody tr").count() == 2
    page.click("#game-board tbody tr:nth-child(1) .as-link")
    page.wait_for_selector(".game-reason")
    page.click("#game-hint")
    page.wait_for_selector(".game-hints li")
    assert secret not in page.content()
    page.reload()
    page.wait_for_selector("#game-board tbody tr:nth-child(2)")
    page.wait_for_selector(".game-hints li")
    fresh = visit(page.url.removeprefix(page.evaluate("location.origin")))
    fresh.wait_for_selector("text=아무 단어나 말해 보세요")
    guess(page, secret)
    page.wait_for_selector(".game-end >> text=맞혔습니다")
    assert page.locator("#game-entry").is_hidden() and secret in page.content()
    page.click("#game-again")
    page.wait_for_selector("text=아무 단어나 말해 보세요")


def test_a_word_is_set_for_others(visit):
    page = visit(ADDRESS)
    page.wait_for_selector("text=아무 단어나 말해 보세요")
    page.fill("#game-own", "사과")
    page.click("#game-own-go")
    page.wait_for_function("() => location.search.includes('w=')")
    assert "사과" not in unquote(page.url) and page.input_value("#game-own") == ""
    other = visit(page.url.removeprefix(page.evaluate("location.origin")))
    other.wait_for_selector("text=누군가 낸 문제")
    assert "사과" not in other.content()
    guess(other, "포도")
    other.wait_for_selector("#game-board tbody tr >> text=포도")  # only then is the field free for the next
    guess(other, "사과를")
    other.wait_for_selector(".game-end >> text=사과")


def test_it_fits_a_telephone_in_both_languages(visit):
    for language, scheme in (("ko", "light"), ("en", "dark")):
        page = visit(ADDRESS, language=language, scheme=scheme, width=390)
        page.wait_for_selector("#game-board .empty")
        guess(page, "먹었습니다")
        page.wait_for_selector("#game-board tbody tr")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
