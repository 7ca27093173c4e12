"""How forms look: labels, hints and errors as the style demands."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Forms and fields through templates/forms/."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
