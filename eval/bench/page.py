"""How long the page takes until somebody can ask, and how much comes over the wire for it.

    python -m eval.bench.page [--loads 20]

The index is the one that the settings name; a document in it needs a title, or nothing is suggested.
Each load is cold: a fresh profile of Debian's Chromium, which has nothing of the page. Times are from
the start of the navigation, in the page's own clock. The time until a character lands is an upper bound:
Playwright looks for the box at intervals before it types.
"""

import argparse
from collections.abc import Sequence

import numpy as np
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import TimeoutError as NothingCame

from eval.bench.serving import serving
from service.settings import load_settings

CHROMIUM = "/usr/bin/chromium"
# The box takes a typed character; suggestions come after the documents are known.
_WATCH = """
  window.typed = new Promise((landed) => addEventListener("input", () => landed(performance.now())));
  window.suggested = new Promise((shown) => {
    const look = () => {
      const chat = document.querySelector("citewise-chat");
      if (chat?.shadowRoot?.querySelector(".suggestion")) shown(performance.now());
      else requestAnimationFrame(look);
    };
    look();
  });
"""


def main() -> None:
    """Print median and spread of both times and of the bytes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--loads", type=int, default=20, help="cold loads")
    arguments = parser.parse_args()
    with serving(load_settings().data_dir) as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        _load(browser, address)  # the browser itself is warm
        loads = [_load(browser, address) for _ in range(arguments.loads)]
        browser.close()
    typed, suggested, wire = zip(*loads, strict=True)
    _print("until a typed character lands, ms", typed)
    _print("until suggestions are shown, ms", suggested)
    _print("bytes over the wire, kB", [size / 1000 for size in wire])


def _load(browser: Browser, address: str) -> tuple[float, float, float]:
    """Milliseconds until typed and until suggested; bytes received, headers included."""
    with browser.new_context(locale="en") as context:
        page = context.new_page()
        page.add_init_script(_WATCH)
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(address, wait_until="commit")
        page.get_by_role("textbox", name="Your question").press_sequentially("a")
        try:
            page.locator(".suggestion").first.wait_for()
        except NothingCame:
            raise SystemExit("The page suggests nothing: index a document with a title.") from None
        return page.evaluate("typed"), page.evaluate("suggested"), sum(sizes)


def _print(label: str, values: Sequence[float]) -> None:
    low, middle, high = np.percentile(values, [0, 50, 100])
    print(f"{label}: median {middle:.0f}, {low:.0f} to {high:.0f} (n={len(values)})")


if __name__ == "__main__":
    main()
