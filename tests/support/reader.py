"""Turns a case into what a reader does on the page, and the card into what a reader sees."""

from typing import Any

#: One of each kind under the shipped model, and one with a score left out.
BENIGN = [5, 1, 1, 1, 2, 1, 3, 1, 1]
INCONCLUSIVE = [5, 3, 4, 3, 2, 8, 3, 2, 1]
MALIGNANT = [8, 10, 10, 8, 7, 10, 9, 7, 1]
MISSING = [5, 3, 4, 3, 2, None, 3, 2, 9]


def paste(page: Any, text: str) -> None:
    """Paste into the page as a whole, as after Ctrl+V with nothing focused."""
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          document.body.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }""",
        text,
    )


#: Presses in the page itself: the driver's own presses take a second of processor time a case.
CHOOSE = """(scores) => {
  document.getElementById("yes").click();
  document.querySelectorAll("#features fieldset").forEach((group, index) =>
    group.querySelector(`input[value="${scores[index] ?? "?"}"]`).click());
}"""


def fill(page: Any, scores: list[int | None]) -> None:
    """Say that the sample is adequate and choose nine scores."""
    page.evaluate(CHOOSE, scores)


def reach(page: Any, state: str) -> None:
    page.wait_for_selector(f"html[data-state={state}]")


def current(page: Any) -> bool:
    """Whether the card is shown as the answer to what the form holds; false too without a card."""
    return page.locator("#result[data-current=true]:visible").count() == 1


def classify(page: Any, scores: list[int | None]) -> None:
    fill(page, scores)
    page.click("#classify")
    reach(page, "done")


def scores(page: Any) -> list[str | None]:
    """What is chosen in each group now."""
    return page.evaluate(
        """() => [...document.querySelectorAll("#features fieldset")].map(
          (group) => group.querySelector("input:checked")?.value ?? null)"""
    )


def texts(page: Any, places: str) -> dict[str, str]:
    """What the page shows under each key of its table of texts."""
    return dict(
        page.locator(places).evaluate_all(
            """(all) => all.map((each) =>
              [each.dataset.t, each.textContent.trim().replace(/\\s+/g, " ")])"""
        )
    )
