"""The admin, where depots and customers are kept."""

from django.contrib import admin

from parcels.models import Customer, Depot, Event, Parcel


class EventInline(admin.TabularInline):
    model = Event
    extra = 0


@admin.register(Parcel)
class ParcelAdmin(admin.ModelAdmin):
    list_display = ["number", "customer", "depot", "carrier", "status", "created"]
    list_filter = ["status", "carrier", "depot"]
    list_select_related = ["customer", "depot"]
    # A select box of all customers would load all customers.
    raw_id_fields = ["customer"]
    search_fields = ["number", "customer__name"]
    inlines = [EventInline]


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    list_display = ["name", "email", "city", "country"]
    search_fields = ["name", "email"]


admin.site.register(Depot)
