"""The addresses of a parcel's label."""

from django.urls import path

from labels import views

urlpatterns = [
    path("desk/parcels/<slug:number>/label/", views.label, name="label"),
    path("desk/parcels/<slug:number>/label/order/", views.order_label, name="order-label"),
    path("desk/parcels/<slug:number>/label/pdf/", views.label_pdf, name="label-pdf"),
]
