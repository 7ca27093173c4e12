import secrets

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from audit import clock, log
from audit.act import Act
from organisation.defaults import load_delegation
from organisation.matrix import load as load_matrix
from organisation.models import RoleAssignment, Unit, User
from organisation.roles import Role


class Command(BaseCommand):
    help = "Makes the first administrator, in an empty installation. Prints a password once."

    def add_arguments(self, parser):
        parser.add_argument("name")
        parser.add_argument("username")
        parser.add_argument("mail")
        parser.add_argument("--unit", default="Socialförvaltningen")

    @transaction.atomic
    def handle(self, *args, name, username, mail, unit, **options):
        if User.objects.exists():
            raise CommandError("There are users already; add others on the page Användare.")
        today, password = clock.today(), secrets.token_urlsafe(12)
        user = User.objects.create_user(
            username, mail, password, name=name, must_change_password=True
        )
        root = Unit.objects.filter(parent=None).first() or Unit.objects.create(
            name=unit, valid_from=today
        )
        RoleAssignment.objects.create(
            user=user, role=Role.VIVA_ADMINISTRATOR, unit=root, valid_from=today
        )
        load_matrix()
        load_delegation(today)
        log.record(f"user:{user.pk}", "first_user", Act.by_system(clock.now()), subject=user)
        self.stdout.write(
            f"{username} can log in with the password {password} (shown once, changed at login)."
        )
