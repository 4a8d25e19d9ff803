"""Files as they really come: each with what must become of its rows (loaded, with a problem)."""

from __future__ import annotations

UMLAUT = "Jörg Müller"

#: name → (bytes, rows read well, rows with a problem)
CORPUS = {
    "plain": (b"Name,Email\r\nAna,a@x.example\r\nBob,b@x.example\r\n", 2, 0),
    "no last line end": (b"Name,Email\nAna,a@x.example", 1, 0),
    "semicolons": (b"Name;Email\nAna;a@x.example\n", 1, 0),
    "tabs": (b"Name\tEmail\nAna, B\ta@x.example\n", 1, 0),
    "bars": (b"Name|Email\nAna, B|a@x.example\n", 1, 0),
    "declared separator": (b"sep=|\nName|Email\nAna|a@x.example\n", 1, 0),
    "declared separator with BOM": (b"\xef\xbb\xbfsep=;\r\nName;Email\r\nAna;a@x.example\r\n", 1, 0),
    "carriage returns only": (b"Name,Email\rAna,a@x.example\rBob,b@x.example\r", 2, 0),
    "mixed line ends": (b"Name,Email\r\nAna,a@x.example\nBob,b@x.example\r", 2, 0),
    "byte order mark": (b"\xef\xbb\xbfName,Email\nAna,a@x.example\n", 1, 0),
    "UTF-8": (f"Name,Email\n{UMLAUT},a@x.example\n".encode(), 1, 0),
    "UTF-16 with mark": (f"Name,Email\n{UMLAUT},a@x.example\n".encode("utf-16"), 1, 0),
    "UTF-16 big endian with mark": (b"\xfe\xff" + f"Name,Email\n{UMLAUT},a@x.example\n".encode("utf-16-be"), 1, 0),
    "UTF-16 without mark": (f"Name,Email\n{UMLAUT},a@x.example\n".encode("utf-16-le"), 1, 0),
    "Windows-1252": (f"Name,Email\n{UMLAUT},a@x.example\n".encode("cp1252"), 1, 0),
    "a broken byte": (f"Name,Email\n{UMLAUT},a@x.example\n".encode() * 1 + f"{UMLAUT},c@x.example\n".encode() + b"J\xf6rg,b@x.example\n", 2, 1),
    "NUL bytes": (b"Name,Email\nAna,a@x.example\nB\x00b,b@x.example\nEva,e@x.example\n", 2, 1),
    "quoted separators": (b'Name,Email\n"Smith, Ana",a@x.example\n', 1, 0),
    "quoted line end": (b'Name,Email\n"Ana\nSmith",a@x.example\nBob,b@x.example\n', 2, 0),
    "space after comma": (b'Name, Email\n"Ana", "a@x.example"\nBob, b@x.example\n', 2, 0),
    "unclosed quote": (b'Name,Email\nAna,a@x.example\n"Bob,b@x.example\nEva,e@x.example\nUdo,u@x.example\n', 3, 1),
    "unclosed quote at the end": (b'Name,Email\nAna,a@x.example\nBob,"b@x.example\n', 1, 1),
    "quote inside a cell": (b'Name,Email\n"Ana "Nan" S",a@x.example\nBob,b@x.example\n', 1, 1),
    "ragged rows": (b"Name,Email\nAna\nBob,b@x.example\nEva,e@x.example,more\n", 1, 2),
    "blank cells beyond the end": (b"Name,Email\nAna,a@x.example,,\n", 1, 0),
    "title lines": (b"Leads of May\nprinted today\n\nName,Email\nAna,a@x.example\n", 1, 0),
    "title lines of full width": (b"Leads of May,,\n,,\nName,Email,City\nAna,a@x.example,Rome\n", 1, 0),
    "no headings": (b"Ana,a@x.example\nBob,b@x.example\n", 2, 0),
    "repeated and blank headings": (b"Name,Email,,Name\nAna,a@x.example,1,2\n", 1, 0),
    "blank lines": (b"Name,Email\n\nAna,a@x.example\n\n\n", 1, 0),
    "headings only": (b"Name,Email\n", 0, 0),
    "a 3 MB cell": (b"Name,Email\n" + b"x" * 3_000_000 + b",a@x.example\nBob,b@x.example\n", 2, 0),
    "a row of 200,000 cells": (b"Name,Email\n" + b"," * 200_000 + b"x\nBob,b@x.example\n", 1, 1),
    "one column": (b"Email\na@x.example\nb@x.example\n", 2, 0),
    "backslash escapes": (b'Name,Email\n"Ana \\"Nan\\" S",a@x.example\n', 1, 0),
}  # fmt: skip

UNREADABLE = {
    "empty": b"",
    "only blank lines": b"\r\n  \n\n",
    "200,000 columns": b",".join(b"c%d" % n for n in range(200_000)) + b"\n",
    "a PDF": b"%PDF-1.7\n...",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "bytes": bytes(range(256)) * 50 + bytes(4000),
    "bytes without zeros": bytes(range(1, 256)) * 20,
    "JSON": b' [\n {"email": "a@x.example"}, {"email": "b@x.example"}]',
    "a JSON object": b'{"results": [{"email": "a@x.example"}]}',
    "XML": b"\xef\xbb\xbf<?xml version='1.0'?><rows><row email='a@x.example'/></rows>",
    "a web page called XLS": b"\n<html><table><tr><td>Email</td></tr><tr><td>a@x.example</td></tr></table></html>",
    "RTF": b"{\\rtf1 Email}",
}
