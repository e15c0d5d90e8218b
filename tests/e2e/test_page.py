"""The page at / in a real browser, with 2,000 accounts and 500 proxies."""

from __future__ import annotations

import re

import pytest

from support import page_world
from support.browser import Browser, Keys
from support.contract import WorkService
from support.page_world import ACCOUNTS, PROXIES, account_id
from support.redis_server import RedisServer
from support.server import OpsServer

pytestmark = pytest.mark.timeout(300)

BANNED = sum(page_world.account_state(n) == "BANNED" for n in range(ACCOUNTS))
RESTING = sum(page_world.account_state(n) == "RESTING" for n in range(ACCOUNTS))
PHONE = (390, 844)
DESK = (1440, 900)


class Desk:
    """A server with its world, and the page of it in a browser."""

    def __init__(self, folder, **flags) -> None:
        self.redis = RedisServer(appendfsync="no")
        page_world.fill(self.redis)
        defaults = {"redis_url": self.redis.url, "token_runner": "command"}
        self.server = OpsServer(folder / "server", **defaults | flags)
        self.browser = Browser(folder / "browser")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.find_entry('ready')['http_port']}/"

    def close(self) -> None:
        self.browser.close()
        self.server.close()
        self.redis.close()


@pytest.fixture(scope="module")
def desk(module_folder):
    made = Desk(module_folder)
    yield made
    made.close()


@pytest.fixture
def page(desk) -> Browser:
    """The page as it begins, with everything on it. Whatever it complains of fails the test."""
    browser = desk.browser
    browser.resize(*DESK)
    browser.prefer("dark")
    browser.open(desk.url)
    browser.run("localStorage.clear(); sessionStorage.clear();")
    browser.open(desk.url)
    browser.wait(lambda: len(rows(browser)) > 10, "the rows are there")
    browser.complaints()
    yield browser
    assert browser.complaints() == []


def rows(browser: Browser) -> list[str]:
    """The names in the rows that exist, from the top."""
    return browser.run(
        "return [...document.querySelectorAll('.row')].sort((a, b) => "
        "a.getAttribute('aria-rowindex') - b.getAttribute('aria-rowindex'))"
        ".map((row) => row.firstElementChild.innerText);"
    )


def row_text(browser: Browser, name: str) -> str:
    """All that stands in the row of that name; "" where it is not in view."""
    return browser.run(
        "const row = [...document.querySelectorAll('.row')].find((each) => "
        "each.firstElementChild.innerText.startsWith(arguments[0]));"
        "return row ? row.innerText.replaceAll('\\n', ' ') : '';",
        name,
    )


def search(browser: Browser, words: str) -> None:
    """As a person types it: clearing the box by script would tell the page nothing."""
    browser.find("#search").send_keys(Keys.CONTROL, "a", Keys.NULL, Keys.DELETE, words)


def count(browser: Browser) -> str:
    return browser.text("#count")


def test_it_paints_at_once_and_shows_everything(page, desk):
    paint = page.run("return performance.getEntriesByName('first-paint')[0].startTime")
    loaded = page.run("return performance.getEntriesByType('navigation')[0].domComplete")
    print(f"first paint after {paint:.0f} ms, all of the page after {loaded:.0f} ms")
    # How soon is for tests/bench; here, that it waits for nothing.
    assert page.run(
        "return performance.getEntriesByType('resource')"
        ".filter((each) => each.renderBlockingStatus === 'blocking').map((each) => each.name);"
    ) == []
    assert count(page) == f"{ACCOUNTS:,}"
    active = ACCOUNTS - BANNED - RESTING
    assert page.text("#tab-accounts .figure") == f"{active:,}of {ACCOUNTS:,} active"
    assert page.text("#tab-accounts .legend") == f"{RESTING} resting · {BANNED} banned"
    assert f"of {PROXIES} active" in page.text("#tab-proxies .figure")
    assert page.text("#tab-instances .legend") == "1 all-in-one"
    assert rows(page)[:2] == [account_id(0), account_id(1)]
    # Few of them exist, whatever their number.
    assert len(rows(page)) < 80
    assert page.find("#grid").get_attribute("aria-rowcount") == str(ACCOUNTS + 1)
    assert page.text("#live-text") == "live"
    assert re.fullmatch(r"· [\d.]+ ms", page.text("#live-cost"))


def test_rows_scroll_into_existence(page):
    page.run("document.getElementById('grid').scrollTop = 1e9")
    page.wait(lambda: rows(page)[-1] == account_id(ACCOUNTS - 1), "the last one shows")
    assert len(rows(page)) < 80
    page.run("document.getElementById('grid').scrollTop = 0")
    page.wait(lambda: rows(page)[0] == account_id(0), "the first one is back")


def test_search_and_filter(page):
    search(page, "acc_19 http_429")
    page.wait(lambda: count(page).endswith(f" of {ACCOUNTS:,}"), "fewer are left")
    found = rows(page)
    assert found and all(name.startswith("acc_19") for name in found)
    assert all("banned" in row_text(page, name) for name in found)
    search(page, "")
    page.click(".filter[value=BANNED]")
    assert count(page) == f"{BANNED} of {ACCOUNTS:,}"
    assert page.find(".filter[value=BANNED]").get_attribute("aria-pressed") == "true"
    assert all("banned" in row_text(page, name) for name in rows(page))
    page.click(".filter[value='']")
    assert count(page) == f"{ACCOUNTS:,}"
    search(page, "no such account")
    assert page.text(".empty").startswith("Nothing fits")


def test_sort(page):
    page.click(".head > div:nth-child(5) button")  # OK
    page.click(".head > div:nth-child(5) button")  # the other way round
    title = page.find(".head > div:nth-child(5)")
    assert title.get_attribute("aria-sort") == "descending"
    numbers = [int(row_text(page, name).split("%")[1].split()[0].replace(",", ""))
               for name in rows(page)[:10]]
    assert numbers == sorted(numbers, reverse=True) and numbers[0] == 96 * 11
    page.click("#tab-proxies")
    page.wait(lambda: page.text("#count") == str(PROXIES), "the proxies show")
    assert rows(page)[0].startswith("10.0.0.17:1080")
    assert "***" not in page.text("#grid") and page_world.SECRET not in page.run(
        "return document.documentElement.outerHTML"
    )


def test_time_left_counts_down(page):
    name = account_id(3)

    def left() -> int:
        minutes, seconds = re.search(r"(\d+)m (\d+)s", row_text(page, name)).groups()
        return int(minutes) * 60 + int(seconds)

    first = left()
    page.wait(lambda: left() <= first - 2, "two seconds pass")


def test_ban_and_unban_with_confirmation(page, desk):
    name = account_id(11)
    search(page, name)
    page.wait(lambda: rows(page) == [name], "it is found")
    page.run("document.querySelector('.row').focus()")
    page.click(".row .act[value=ban]")
    page.wait(lambda: page.text("#dialog-title") == f"Ban account {name}?", "it asks")
    page.press(Keys.ESCAPE)
    page.wait(lambda: page.run("return !document.getElementById('dialog').open"), "it closes")
    assert "active" in row_text(page, name)

    page.press("b")
    page.wait(lambda: page.text("#dialog-title") == f"Ban account {name}?", "it asks again")
    page.press("seen from the page", Keys.ENTER)
    page.wait(lambda: "banned" in row_text(page, name), "it is banned")
    assert "seen from the page" in row_text(page, name)
    page.wait(lambda: page.texts(".toast") and name in page.text(".toast"), "it says so")
    page.wait(lambda: name in page.text("#events .event"), "the time line has it")
    assert "http:127.0.0.1:" in page.text("#events .event")
    with desk.server.client() as client:
        (status,) = client.getAccountStatus(name, 0)
        assert status.reason == "seen from the page"

    page.press("b")
    page.wait(lambda: page.text("#dialog-title") == f"Unban account {name}?", "it asks")
    page.press(Keys.ENTER)
    page.wait(lambda: "active" in row_text(page, name), "it is unbanned")


def test_what_others_do_shows_by_itself(page, desk):
    search(page, account_id(12))
    page.wait(lambda: len(rows(page)) == 1, "it is found")
    with desk.server.client() as client, desk.server.client(service=WorkService) as work:
        client.banAccount(account_id(12), "by another client", 600)
        page.wait(lambda: "by another client" in row_text(page, account_id(12)), "it moves")
        page.wait(lambda: page.text("#tab-accounts .legend").endswith(f"{BANNED + 1} banned"),
                  "and the figures do")
        client.unbanAccount(account_id(12))
        page.wait(lambda: "active" in row_text(page, account_id(12)), "and back")
        work.pushUrls("videos", ["https://a.example/1"])
        page.wait(lambda: page.text("#tab-queues .figure").startswith("1"), "the queue shows")
    search(page, "")
    page.click("#tab-queues")
    page.wait(lambda: rows(page) == ["videos"], "the list of queues")


def focused(page, what: str, expected: str) -> None:
    """Waits until that of the element with the focus is as expected."""
    script = f"return document.activeElement.{what}"
    try:
        page.wait(lambda: page.run(script) == expected, "it has the focus")
    except AssertionError:
        raise AssertionError(f"{page.run(script)!r} has the focus, not {expected!r}") from None


def title_is(page, expected: str) -> None:
    page.wait(lambda: page.text("#dialog[open] #dialog-title") == expected, f"'{expected}' opens")


def test_keyboard_alone(page):
    page.press("2")
    page.wait(lambda: page.find("#tab-proxies").get_attribute("aria-selected") == "true", "2")
    page.press("1", "/")
    focused(page, "id", "search")
    page.press("acc_002", Keys.ESCAPE)
    page.wait(lambda: page.find("#search").get_attribute("value") == "", "Escape clears it")
    stops = []
    while len(stops) < 12 and "row" not in stops:  # past the filters
        page.press(Keys.TAB)
        stops.append(page.run("return document.activeElement.className.split(' ')[0]"))
    assert stops[-1] == "row", stops
    page.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_UP)
    focused(page, "rowId", account_id(1))
    page.press(Keys.END)
    focused(page, "rowId", account_id(ACCOUNTS - 1))
    page.press(Keys.HOME)
    focused(page, "rowId", account_id(0))
    page.press(Keys.ARROW_UP, Keys.ARROW_RIGHT)
    focused(page, "innerText", "State")
    page.press(Keys.ARROW_DOWN, Keys.ENTER)
    title_is(page, f"Account {account_id(0)}")
    page.press(Keys.ESCAPE)
    focused(page, "rowId", account_id(0))
    page.press("?")
    title_is(page, "Keys")
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.all("#dialog[open]"), "it closes")
    page.find("#tab-accounts").send_keys(Keys.ARROW_RIGHT)
    focused(page, "id", "tab-proxies")


def test_every_control_has_a_name(page):
    nameless = page.run("""
        return [...document.querySelectorAll('button, input, select, [role=grid], [role=tabpanel]')]
            .filter((e) => !(e.ariaLabel || e.innerText.trim() || e.textContent.trim() || e.title
                || e.labels?.length || e.getAttribute('aria-labelledby')))
            .map((e) => e.outerHTML);""")
    assert nameless == []


def test_dark_and_light(page):
    def ground() -> str:
        return page.run("return getComputedStyle(document.body).backgroundColor")

    dark = ground()
    page.prefer("light")
    page.wait(lambda: ground() != dark, "the system's look is followed")
    light = ground()
    page.click("#theme")
    assert ground() == dark
    page.driver.refresh()
    page.wait(lambda: ground() == dark and rows(page), "the choice is kept")
    page.press("t")
    assert ground() == light


def test_colours_can_be_read(page):
    """Contrast of text against its ground, as the web's guidelines measure it: 4.5 at least."""
    for scheme in ("dark", "light"):
        page.prefer(scheme)
        page.wait(lambda s=scheme: page.run("return document.documentElement.dataset.theme") == s,
                  "the look changes")
        poor = page.run("""
            const channel = (c) => (c / 255 <= 0.03928 ? c / 255 / 12.92
                : ((c / 255 + 0.055) / 1.055) ** 2.4);
            const light = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number);
                return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b); };
            const ground = (e) => { const c = getComputedStyle(e).backgroundColor;
                return /rgba\\(.*, 0\\)|rgba\\(.*, 0?\\.\\d+\\)/.test(c) && e.parentElement
                    ? ground(e.parentElement) : c; };
            return [...document.querySelectorAll(
                '.state, .name, .dim, .left, .legend, .count, .sort, .filter, .event p')]
                .filter((e) => e.innerText).map((e) => {
                    const a = light(getComputedStyle(e).color), b = light(ground(e));
                    return [e.className, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]; })
                .filter(([, contrast]) => contrast < 4.5);""")
        assert poor == [], scheme


def test_phone(page):
    page.resize(*PHONE, is_phone=True)
    page.wait(lambda: page.find(".row").size["height"] > 50, "rows are cards")
    assert page.run("return document.documentElement.scrollWidth") <= PHONE[0]
    assert page.run("return document.getElementById('grid').scrollWidth") <= PHONE[0]
    page.click("#tab-events")
    assert page.find("#timeline").is_displayed() and not page.find("#panel").is_displayed()
    page.click("#tab-accounts")
    page.find(".row").click()
    page.wait(lambda: page.text("#dialog-title") == f"Account {account_id(0)}", "a tap tells all")
    page.click("#dialog .button[value=ban]")
    page.wait(lambda: page.text("#dialog-title") == f"Ban account {account_id(0)}?", "it asks")
    page.press(Keys.ESCAPE)


def test_it_comes_back_when_the_server_does(page, desk):
    port = desk.url.rsplit(":", 1)[1].strip("/")
    argv = [each for each in desk.server.argv if "--http-port" not in each]
    desk.server.stop()
    page.wait(lambda: page.text("#live-text") == "connecting again", "the loss shows")
    assert len(rows(page)) > 10  # what was known stays
    desk.server = OpsServer(
        desk.server.folder / "again",
        http_port=port,
        **{a[2:].split("=", 1)[0].replace("-", "_"): a.split("=", 1)[1] for a in argv[1:]},
    )
    page.wait(lambda: page.text("#live-text") == "live", "it is live again")
    page.complaints()  # of the lost connection


def test_the_token_is_asked_for(folder):
    desk = Desk(folder, api_token="s3same")
    try:
        page = desk.browser
        page.open(desk.url)
        page.wait(lambda: page.text("#dialog-title") == "API token", "it asks")
        page.press("wrong", Keys.ENTER)
        page.wait(lambda: page.text("#live-text") == "connecting again"
                  and page.run("return document.getElementById('dialog').open"), "and again")
        box = page.find("#token-input")
        box.clear()
        box.send_keys("s3same", Keys.ENTER)
        page.wait(lambda: len(rows(page)) > 10, "the rows come")
        page.run("document.querySelector('.row').focus()")
        page.press("r")
        page.press(Keys.ENTER)
        page.wait(lambda: page.texts(".toast"), "orders carry it")
        assert page.run("return sessionStorage.getItem('ytdlp-ops-token')") == "s3same"
        assert "s3same" not in page.driver.current_url
    finally:
        desk.close()
