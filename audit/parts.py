"""What the apps tell of themselves, in a module that each has of the same name."""

from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule


def parts(name: str) -> list[ModuleType]:
    """The module `name` of every app that has one, the lowest app first.

    Asked when something is looked up, never while the apps are loaded.
    """
    return [
        import_module(f"{app.name}.{name}")
        for app in apps.get_app_configs()
        if app.module and module_has_submodule(app.module, name)
    ]
