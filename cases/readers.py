"""Opens an uploaded file with a real reader for its kind, in bounded time and memory.

What the name and the first bytes say is not enough: a file that no reader opens helps nobody, and one
that unfolds to gigabytes stops everybody.
"""

import struct
import zipfile
import zlib
from typing import IO
from xml.sax import SAXException, make_parser
from xml.sax.handler import feature_external_ges, feature_external_pes
from xml.sax.xmlreader import InputSource

import pikepdf
from PIL import Image, UnidentifiedImageError

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAIN_PART = {WORD: "word/document.xml", EXCEL: "xl/workbook.xml"}
MEGABYTE = 1024 * 1024
UNFOLDED_MEGABYTES = 100
"""What all parts of an office file may come to."""
STREAM_MEGABYTES = 64
"""What one stream of a PDF may come to."""
RECOVERED_MEGABYTES = 4
"""A damaged PDF is read from end to end to be recovered, which takes seconds if it is large."""
PARTS = 2_000
"""How many parts an office file may have; a long document with pictures has some hundred."""
DIRECTORY_BYTES = PARTS * 256
TIMES_LARGER = 200
"""How many times larger than its file a large part may be; text is packed 10 to 50 times."""
PIXELS = 120_000_000
TYPES_PART = "[Content_Types].xml"
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    KeyError,  # a part that must be there is not
    SAXException,
    ValueError,
    OSError,
    RuntimeError,  # encrypted
    NotImplementedError,  # packed in a way that no office program uses
    EOFError,
    zlib.error,
)

pikepdf.settings.set_qpdf_limits(
    flate_max_memory=STREAM_MEGABYTES * MEGABYTE,
    png_max_memory=STREAM_MEGABYTES * MEGABYTE,
    tiff_max_memory=STREAM_MEGABYTES * MEGABYTE,
    run_length_max_memory=STREAM_MEGABYTES * MEGABYTE,
    dct_max_memory=STREAM_MEGABYTES * MEGABYTE,
    doc_max_warnings=100,
    parser_max_container_size=200_000,
)


class Unreadable(ValueError):
    """No reader opens the file. The message is Swedish and continues "NAME ..."."""


def open_with_reader(file: IO[bytes], size: int, content_type: str) -> None:
    """Open `file` (of `size` bytes) with the reader of its type. Raises Unreadable."""
    file.seek(0)
    try:
        if content_type == PDF:
            _pdf(file, size)
        elif main := MAIN_PART.get(content_type):
            _office(file, size, main)
        else:
            _image(file)
    finally:
        file.seek(0)


def _pdf(file: IO[bytes], size: int) -> None:
    try:
        mend = size < RECOVERED_MEGABYTES * MEGABYTE
        # It only reads and seeks, whatever it asks for.
        with pikepdf.open(file, attempt_recovery=mend) as pdf:  # type: ignore[arg-type]
            pages = len(pdf.pages)
    except pikepdf.PasswordError as error:
        raise Unreadable(
            "är skyddad med lösenord. Spara den utan lösenord och försök igen."
        ) from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise _damaged() from error
    if not pages:
        raise Unreadable("har inga sidor. Spara filen på nytt och försök igen.")


def _image(file: IO[bytes]) -> None:
    try:
        with Image.open(file) as image:
            width, height = image.size
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _damaged() from error
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    if width * height > PIXELS:
        raise _too_large()


def _office(file: IO[bytes], size: int, main: str) -> None:
    """Word or Excel: an archive whose parts are few and not too large, without macros."""
    _check_directory(file, size)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_parts(archive.infolist())
            for name in (TYPES_PART, main):
                with archive.open(name) as part:
                    _parse(part)
    except Unreadable:
        raise
    except _BROKEN_ARCHIVE as error:
        raise _damaged() from error


def _check_directory(file: IO[bytes], size: int) -> None:
    """The list of parts is measured before it is read: 60,000 names take seconds."""
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise _damaged()
    parts, length = struct.unpack("<HI", tail[at + 10 : at + 16])
    if parts > PARTS or length > DIRECTORY_BYTES:
        raise Unreadable(f"har fler än {PARTS} delar. Spara den på nytt eller som PDF.")
    file.seek(0)


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise Unreadable("innehåller makron. Spara den utan makron och försök igen.")
    if sum(part.file_size for part in parts) > UNFOLDED_MEGABYTES * MEGABYTE:
        raise _too_large()
    for part in parts:
        if part.file_size > max(MEGABYTE, TIMES_LARGER * part.compress_size):
            raise _too_large()


def _parse(text: IO[bytes]) -> None:
    parser = make_parser()
    parser.setFeature(feature_external_ges, False)
    parser.setFeature(feature_external_pes, False)
    source = InputSource()
    source.setByteStream(text)  # type: ignore[arg-type]
    parser.parse(source)


def _damaged() -> Unreadable:
    return Unreadable(
        "går inte att öppna: filen är skadad eller av annat slag än namnet säger. "
        "Spara den på nytt och försök igen."
    )


def _too_large() -> Unreadable:
    return Unreadable(
        "blir för stor när den öppnas. Spara den med lägre upplösning, dela upp den eller spara "
        "den som PDF."
    )
