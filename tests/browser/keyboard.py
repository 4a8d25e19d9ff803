"""A person at the keyboard: Tab, Enter, Space and letters, never the mouse."""

from __future__ import annotations

from playwright.sync_api import Error

#: What the focused control is called, as a screen reader would say it.
NAME = """() => {
  const el = document.activeElement;
  if (!el || el === document.body) return "";
  const labels = [...(el.labels || [])].map((l) => l.innerText).join(" ");
  const legend = el.closest("fieldset")?.querySelector("legend")?.innerText || "";
  return [el.getAttribute("aria-label"), labels, el.innerText, el.value && el.type === "submit" ? el.value : "", el.title, legend]
    .filter(Boolean).join(" | ");
}"""
MOST_STOPS = 250


class Keyboard:
    """``page`` is Playwright's; every method fails where a person at the keyboard would be stuck."""

    def __init__(self, page):
        self.page = page

    def open(self, address):
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")

    def reach(self, name, *, tag=None):
        """Tab until a control of this name has the focus."""
        seen = []
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            found, kind = self._focused()
            if name.lower() in found.lower() and (tag is None or kind in tag):
                return
            seen.append(found[:40])
        raise AssertionError(
            f"No control called “{name}” can be reached by keyboard. Passed: {seen[:60]}"
        )

    def _focused(self):
        """Name and tag of what has the focus; waits out a page that is just being left."""
        try:
            kind = self.page.evaluate("() => document.activeElement.tagName.toLowerCase()")
            return self.page.evaluate(NAME), kind
        except Error:
            self.page.wait_for_load_state("networkidle")
            return "", ""

    def press(self, name, *, tag=("button", "a", "summary")):
        """Reach a button or link and press Enter; the next page is there when this returns."""
        self.reach(name, tag=tag)
        self.page.evaluate("() => { window.leaving = true; }")
        self.page.keyboard.press("Enter")
        self.page.wait_for_function("() => !window.leaving")
        self.page.wait_for_load_state("networkidle")

    def open_dialog(self, name):
        """Reach a link or button and press Enter; the dialog that it opens is there."""
        self.reach(name, tag=("button", "a"))
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("dialog[open] form")
        self.page.wait_for_load_state("networkidle")

    def unfold(self, name):
        """Open a part of the page that is folded away."""
        self.reach(name, tag=("summary",))
        self.page.keyboard.press("Enter")

    def write(self, name, text):
        """Reach a text field and replace what stands in it."""
        self.reach(name, tag=("input", "textarea"))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def choose(self, name, option):
        """Reach a select and type the beginning of the option."""
        self.reach(name, tag=("select",))
        self.page.keyboard.type(option)

    def tick(self, name):
        self.reach(name, tag=("input",))
        self.page.keyboard.press("Space")

    def text(self):
        return self.page.inner_text("body")
