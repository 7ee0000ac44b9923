"""Every page's address."""

from django.urls import include, path

urlpatterns = [path("", include("sangbong.web.urls"))]
