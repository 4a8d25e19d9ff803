"""Reads a report through its four doors: page, CSV, XLSX and API."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

import openpyxl


def number(text):
    """The value behind a text of a file or a page; None for an empty one."""
    if text in ("", None):
        return None
    return float(text) if "." in str(text) else int(text)


class _Table(HTMLParser):
    """The first cells and the ``data`` values of the table of numbers."""

    def __init__(self):
        super().__init__()
        self.rows, self.open, self.within = [], False, ""

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "section":
            self.open = attrs.get("id") == "report-table"
        elif self.open and tag == "tr":
            self.rows.append([])
        elif self.open and tag == "th" and attrs.get("scope") == "row":
            self.rows[-1].append("")
            self.within = "label"
        elif self.open and tag == "td":
            self.rows[-1].append(None)
        elif self.open and tag == "data":
            self.rows[-1][-1] = number(attrs["value"])
        elif tag == "span":
            self.within = ""

    def handle_endtag(self, tag):
        if tag in {"th", "section"}:
            self.within = ""

    def handle_data(self, data):
        if self.within == "label":
            self.rows[-1][0] += data.strip()


def from_page(client, name, **asked):
    table = _Table()
    table.feed(client.get(f"/reports/{name}/", asked).content.decode())
    return [row for row in table.rows if row]


def from_csv(client, name, **asked):
    response = client.get(f"/reports/{name}/", {**asked, "format": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    return [[line[0], *(number(cell) for cell in line[1:])] for line in lines[1:]]


def from_xlsx(client, name, **asked):
    response = client.get(f"/reports/{name}/", {**asked, "format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    return [list(line) for line in list(sheet.iter_rows(values_only=True))[1:]]


def from_api(client, name, **asked):
    body = client.get(f"/api/v1/reports/{name}/", asked).json()
    keys = [column["key"] for column in body["columns"][1:]]
    rows = [[row["label"], *(row[key] for key in keys)] for row in body["rows"]]
    return [*rows, [rows and "All", *(body["totals"][key] for key in keys)]]
