from django.apps import AppConfig


class KundvalConfig(AppConfig):
    name = "config"
    verbose_name = "Kundval"
