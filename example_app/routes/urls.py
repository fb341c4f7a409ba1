"""The addresses under /routes/."""

from django.urls import path

from routes import views

urlpatterns = [
    path("plan/", views.plan_tour),
    path("plan/async/", views.plan_tour_async),
]
