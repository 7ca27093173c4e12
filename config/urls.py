"""Every address of the product."""

from django.urls import include, path

from config import health, views

urlpatterns = [
    path("", views.start, name="start"),
    path("hem/", views.home, name="home"),
    path("healthz", health.healthz),
    path("konto/", include("organisation.account_urls")),
    path("demo/", include("config.demo_urls")),
    path("arenden/", include("cases.urls")),
    path("namnd/", include("cases.committee_urls")),
    path("organisation/", include("organisation.urls")),
    path("ansokningar/", include("procurement.applications.urls")),
    path("utforare/", include("procurement.contracts.urls")),
    path("arshjul/", include("procurement.duties.urls")),
    path("uppfoljningar/", include("procurement.followups.urls")),
    path("moten/", include("procurement.meetings.urls")),
    path("introduktioner/", include("procurement.introductions.urls")),
    path("mallar/", include("procurement.templating.urls")),
    path("avvikelser/", include("procurement.escalations.urls")),
    path("underlag/", include("procurement.specifications.urls")),
    path("upphandlingar/", include("procurement.tenders.urls")),
    path("planering/", include("planning.board.urls")),
    path("planering/", include("planning.optimizing.urls")),
    path("planering/", include("planning.publishing.urls")),
    path("planering/", include("planning.history.urls")),
    path("planering/", include("planning.declines.urls")),
    path("extra/", include("planning.extras.urls")),
    path("enheter/", include("planning.units.urls")),
    path("ovning/", include("planning.practice.urls")),
    path("ej-verkstallda/", include("planning.unexecuted.urls")),
    path("personal/", include("planning.staffing.urls")),
    path("brukare/", include("planning.client.urls")),
    path("insatser/", include("clients.urls")),
    path("grundplanering/", include("planning.baseplans.urls")),
    path("portal/", include("procurement.portal.urls")),
]

handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
