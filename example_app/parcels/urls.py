"""The addresses of the desk and of its API."""

from django.urls import path

from parcels import api, reports, views

urlpatterns = [
    path("desk/", views.desk, name="desk"),
    path("desk/parcels/<slug:number>/", views.parcel, name="parcel"),
    path("api/parcels/", api.parcel_list),
    path("api/parcels/async/", api.parcel_list_async),
    path("api/parcels/kept/", api.parcel_list_kept),
    path("api/parcels/kept/async/", api.parcel_list_kept_async),
    path("api/parcels/search/", api.parcel_search),
    path("api/parcels/search/async/", api.parcel_search_async),
    path("api/parcels/rush/", reports.rush_report),
    path("api/parcels/manifest/", api.manifest),
    path("api/parcels/manifest/async/", api.manifest_async),
    path("api/parcels/<slug:number>/", api.parcel_detail),
    path("api/parcels/<slug:number>/async/", api.parcel_detail_async),
    path("api/parcels/<slug:number>/customer/", api.parcel_customer),
    path("api/parcels/<slug:number>/customer/async/", api.parcel_customer_async),
    path("api/parcels/<slug:number>/customer/raw/", api.parcel_customer_raw),
    path("api/parcels/<slug:number>/price/", api.parcel_price),
    path("api/parcels/<slug:number>/price/async/", api.parcel_price_async),
]
