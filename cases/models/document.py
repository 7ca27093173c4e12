"""What stands in a case's file: journal notes, generated documents and attachments."""

import uuid

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models

from organisation.swedish import SWEDISH


def private_files() -> FileSystemStorage:
    """Files outside the web root, under random names, served through permission checks alone."""
    return FileSystemStorage(location=settings.FILES)


def random_name(instance: models.Model, filename: str) -> str:
    """A file name that says nothing of whom the file is about (SEC-03)."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


class JournalNote(models.Model):
    """A note in the journal. Official notes are registered outside, working notes never (LOV-13).

    A message is what the administration and the company write to each other; both see it.
    """

    class Kind(models.TextChoices):
        WORKING = "working", "Arbetsanteckning"
        OFFICIAL = "official", "Tjänsteanteckning"
        MESSAGE = "message", "Meddelande"

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.TextField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()
    document = models.ForeignKey(
        "cases.Document", null=True, on_delete=models.PROTECT, related_name="notes"
    )
    registered_on = models.DateField(null=True)
    registered_as = models.CharField(max_length=40, blank=True)
    """The number of the record in the case-registration system (Platina)."""

    class Meta:
        ordering = ["-written_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.written_at:%Y-%m-%d}"


class Document(models.Model):
    """A generated document: its facts and template version, and once locked its exact bytes.

    The facts are frozen when the document is made; the same facts and template give the same PDF.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=200, db_collation=SWEDISH)
    version = models.PositiveSmallIntegerField(default=1)
    facts = models.JSONField()
    template_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    locked_at = models.DateTimeField(null=True)
    file = models.FileField(storage=private_files, upload_to=random_name, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    archive_file = models.FileField(storage=private_files, upload_to=random_name, blank=True)
    archive_sha256 = models.CharField(max_length=64, blank=True)
    shown_to_company = models.BooleanField(default=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "version"], name="one_document_per_kind_and_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


class Attachment(models.Model):
    """A file that came in. Checked by content, and scanned before anyone may open it."""

    class Scan(models.TextChoices):
        NOT_CONFIGURED = "none", "Inte genomsökt (ingen sökning är inställd)"
        WAITING = "waiting", "Väntar på virussökning"
        CLEAN = "clean", "Genomsökt"
        INFECTED = "infected", "Skadlig kod funnen"

    class Secrecy(models.TextChoices):
        NONE = "", "Ingen markering"
        BUSINESS = "31:16", "Affärs- eller driftförhållanden (OSL 31:16)"
        PERSONAL = "26:1", "Personliga förhållanden (OSL 26:1)"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="attachments")
    requirement = models.CharField(max_length=40, blank=True)
    """Code of the checklist's row that the file answers; empty for others."""
    name = models.CharField("filnamn", max_length=160, db_collation=SWEDISH)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    """Bytes."""
    sha256 = models.CharField(max_length=64)
    file = models.FileField(storage=private_files, upload_to=random_name)
    issued_on = models.DateField("utfärdad", null=True, blank=True)
    expires_on = models.DateField("gäller till", null=True, blank=True)
    secrecy = models.CharField("sekretess", max_length=8, choices=Secrecy, blank=True)
    scan = models.CharField(max_length=8, choices=Scan, default=Scan.NOT_CONFIGURED)
    received_at = models.DateTimeField()
    received_from = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    removed_on = models.DateField(null=True)

    class Meta:
        ordering = ["received_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def may_be_opened(self) -> bool:
        """Whether the scan lets it be opened."""
        return self.scan in (self.Scan.CLEAN, self.Scan.NOT_CONFIGURED)
