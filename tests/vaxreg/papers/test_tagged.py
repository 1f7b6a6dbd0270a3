"""Our PDF documents carry their structure, language and title, for those who have them read aloud."""

from tests.vaxreg.papers import pdfs
from vaxreg.papers.qr import qr
from vaxreg.papers.sheet import Sheet
from vaxreg.papers.tagged import Tag


def drawn() -> bytes:
    """Two pages: a paragraph goes on over the end of the first one."""
    sheet = Sheet("Giấy của Lan", language="vi")
    sheet.add_page()
    sheet.heading("Nguyễn Thị Lan", level=0)
    sheet.heading("Mũi tiêm")
    sheet.text_line("Đã tiêm đủ ở Phường Bưởi")
    with sheet.tagged(Tag.FIGURE, alt="Mã QR: giấy chứng nhận"):
        sheet.fill_rectangles((18 + x, 60 + y, width, 1) for x, y, width in qr("HC1:X").runs)
    sheet.set_y(270)
    sheet.text_line("dòng đầu\ndòng hai\ndòng ba\ndòng cuối")
    return bytes(sheet.output())


def test_headings_paragraphs_and_figures_stand_in_reading_order_with_whole_diacritics():
    found = pdfs.elements(drawn())

    assert found[:4] == [
        ("H1", "Nguyễn Thị Lan"),
        ("H2", "Mũi tiêm"),
        ("P", "Đã tiêm đủ ở Phường Bưởi"),
        ("Figure", "Mã QR: giấy chứng nhận"),
    ]
    # What goes on over a page is a paragraph on both; the page number is none.
    assert [tag for tag, _words in found[4:]] == ["P", "P"]
    assert found[4][1].startswith("dòng đầu")
    assert found[5][1].endswith("dòng cuối")


def test_language_and_title_are_told_to_the_reader():
    content = drawn()

    assert b"/Lang (vi)" in content
    assert b"/DisplayDocTitle true" in content
    assert b"/MarkInfo <</Marked true>>" in content


def test_a_code_is_one_path_that_a_camera_reads():
    assert pdfs.codes_on(drawn()) == ["HC1:X"]
