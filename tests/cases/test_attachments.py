"""Files are scanned before anybody opens them, when a scanner is configured."""

import socketserver
import threading

import pytest

from cases import attachments
from cases.models import Attachment
from tests.procurement.routine import application_in

pytestmark = pytest.mark.django_db
BAD = b"%PDF-1.4 EICAR-LIKE"


class Clam(socketserver.StreamRequestHandler):
    """As much of ClamAV's INSTREAM protocol as a scan needs."""

    def handle(self):
        assert self.rfile.read(len(b"zINSTREAM\0")) == b"zINSTREAM\0"
        body = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            body += self.rfile.read(size)
        found = b"EICAR-LIKE" in body
        self.wfile.write(b"stream: Test FOUND\0" if found else b"stream: OK\0")


@pytest.fixture
def clam(settings):
    """A scanner on loopback."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clam) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMAV_ADDRESS = f"127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


def test_a_file_waits_until_it_is_scanned_and_an_infected_one_stays_closed(clam):
    """CAP-18"""
    r = application_in("received")
    assert set(Attachment.objects.values_list("scan", flat=True)) == {"waiting"}
    assert not Attachment.objects.first().may_be_opened
    bad = Attachment.objects.first()
    with bad.file.open("wb") as file:
        file.write(BAD)
    assert attachments.scan_waiting() == 3
    bad.refresh_from_db()
    assert (bad.scan, bad.may_be_opened) == ("infected", False)
    clean = r.application.attachments.exclude(pk=bad.pk)
    assert all(row.may_be_opened for row in clean)


def test_files_stay_closed_while_the_scanner_cannot_be_reached(settings):
    """CAP-18"""
    settings.CLAMAV_ADDRESS = "127.0.0.1:1"
    application_in("received")
    with pytest.raises(OSError, match="refused"):
        attachments.scan_waiting()
    assert set(Attachment.objects.values_list("scan", flat=True)) == {"waiting"}
