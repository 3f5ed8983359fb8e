"""What a first visit costs: bytes and requests, and nothing that moves (times: lighthouse.mjs)."""

import gzip

from tests.support.reader import BENIGN, classify

MAX_REQUESTS = 8
MAX_BYTES = 20_000

#: Slow 4G as Lighthouse has it: 1.6 Mbit/s and 150 ms, on a processor four times as slow.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 9.4e4}

WATCH = """() => {
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""


def load(visit, **settings):
    """Open the page as for the first time, and give it time to do all that it does on its own."""
    # From nowhere: the last answers of another page, its icon among them, would come in between
    page = visit("about:blank", alone=True, **settings)
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/", wait_until="networkidle")
    return page, answers


def transferred(answer):
    """Bytes on the wire, as Lighthouse counts them: the head of the response too."""
    sizes = answer.request.sizes()
    return sizes["responseHeadersSize"] + sizes["responseBodySize"]


def test_the_first_load_stays_in_its_budget(visit):
    _, answers = load(visit)

    sizes = {answer.url: transferred(answer) for answer in answers}
    print(sum(sizes.values()), "bytes in", len(answers), "requests:", sizes)
    assert len(answers) <= MAX_REQUESTS
    assert sum(sizes.values()) <= MAX_BYTES


def test_files_are_compressed_on_their_way(visit):
    _, answers = load(visit)

    large = [answer for answer in answers if len(answer.body()) >= 1000]
    plain = [a.url for a in large if a.header_value("content-encoding") != "gzip"]
    assert plain == []


def test_nothing_moves_while_the_page_comes_slowly(visit):
    seen = []
    for language in ("en-GB", "de-DE"):
        page = visit("/404.html", viewport={"width": 412, "height": 823}, locale=language)
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto("/")
        page.wait_for_selector("html[data-state=ready]")
        page.evaluate(WATCH)
        page.wait_for_timeout(300)
        seen.append(page.evaluate("() => window.shift"))

    assert seen == [0, 0]


def test_after_the_first_case_the_page_has_still_cost_less_than_50_kilobytes(visit):
    page, answers = load(visit)
    classify(page, BENIGN)
    page.wait_for_selector("[role=gridcell]")

    files = [answer for answer in answers if "/v1/" not in answer.url]
    assert sum(len(gzip.compress(answer.body())) for answer in files) <= 50_000
