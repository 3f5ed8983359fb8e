"""The project's one route."""

from django.urls import path

from mysite.views import predict

urlpatterns = [path("v1/predict", predict)]
