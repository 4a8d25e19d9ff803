"""What every page is asked: can everybody use it, does it fit, what does it look like."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

PICTURES = Path(__file__).resolve().parents[2] / "var" / "pictures"
AXE_OPTIONS = {
    # Else axe fetches the style sheets itself, and reads what they import from wrong addresses.
    "preload": False,
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
}


def assert_accessible(page):
    """axe finds nothing to say."""
    found = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    said = [
        f"{rule['id']}: {node['html'][:160]} — {node['failureSummary'][:200]}"
        for rule in found
        for node in rule["nodes"][:3]
    ]
    assert said == [], "\n".join(said)


def assert_no_sideways_scroll(page):
    """Nothing is wider than the window; tables may scroll inside their own region."""
    wide = page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return [];
          return [...document.querySelectorAll("body *")]
            .filter((e) => e.getBoundingClientRect().right > room + 1 && !e.closest(".table-wrap, .tabs, .frame-scroll"))
            .slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
        }"""
    )
    width = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert width <= 0, f"{width} px too wide: {wide}"


def screenshot(page, name, *, full=True):
    """A picture under var/pictures, for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(PICTURES / f"{name}.png"), full_page=full)
