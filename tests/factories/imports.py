from __future__ import annotations

import io

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from leads.intake import services


def csv_of(header, *rows):
    """A small CSV file as bytes."""
    return "\r\n".join([header, *rows, ""]).encode()


def upload(content, name="leads.csv"):
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content, content_type="text/csv")


def make_import(content, *, by=None, filename="leads.csv", kind="leads"):
    """A file received and read, waiting for its mapping."""
    run, _ = services.receive_file(
        content=ContentFile(content), filename=filename, kind=kind, by=by, is_anew=True
    )
    return services.read_file(run=run)


def workbook_of(*rows):
    """An XLSX file as bytes; the first row is the headings."""
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Leads")
    for line, row in enumerate(rows):
        sheet.write_row(line, 0, row)
    book.close()
    return target.getvalue()
