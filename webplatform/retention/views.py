"""The pages on which a person gets a copy of their data, or ends it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from webplatform.accounts.models import User
from webplatform.accounts.staff import staff_only
from webplatform.common.errors import AppError
from webplatform.retention import services
from webplatform.retention.downloads import export_file
from webplatform.retention.forms import EraseAccountForm
from webplatform.retention.models import DataExport, Receipt
from webplatform.retention.queries import last_owned_by, own_sessions
from webplatform.retention.words import counted, receipt_lines


@login_required
@never_cache
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """What is held of the person, a copy of it, and the way to its end."""
    context = {
        "export": DataExport.objects.for_user(request.user).first(),
        "sessions": own_sessions(request.user).count(),
    }
    return render(request, "retention/data.html", context)


@login_required
@require_POST
def request_export(request: HttpRequest) -> HttpResponse:
    """Ask for the copy."""
    services.request_export(of=request.user, language=get_language() or "en")
    messages.success(request, _("Your copy is being made. This page shows when it is ready."))
    return redirect("retention:data")


@login_required
@require_GET
def download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The copy, for the person whose it is."""
    return export_file(request, get_object_or_404(DataExport.objects.for_user(request.user), pk=pk))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Erase the own account, after the password."""
    form = EraseAccountForm(request.user.has_usable_password(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.require_password(user=request.user, password=form.cleaned_data["password"])
            receipt = services.erase_account(user=request.user, by=request.user)
            logout(request)
            return redirect("retention:receipt", receipt.pk)
        except AppError as error:
            form.add_error(error.details.get("field"), error.message)
    return _erasure_page(request, request.user, form)


@login_required
@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def erase_other(request: HttpRequest, pk: int) -> HttpResponse:
    """For admins: erase somebody's account."""
    user = get_object_or_404(User, pk=pk)
    if user == request.user:
        return redirect("retention:erase")
    if request.method == "POST":
        try:
            return redirect("retention:receipt", services.erase_account(user=user, by=request.user).pk)
        except AppError as error:
            messages.error(request, error.message)
    return _erasure_page(request, user, None)


@never_cache
@require_GET
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was removed, for everybody who was given the receipt's number: it says nothing of whom."""
    receipt = get_object_or_404(Receipt, pk=pk)
    return render(request, "retention/receipt.html", {"receipt": receipt, "lines": receipt_lines(receipt)})


def _erasure_page(request: HttpRequest, user: User, form: EraseAccountForm | None) -> HttpResponse:
    studies = last_owned_by(user)
    counts = {"sessions": own_sessions(user).count()}
    context = {"person": user, "form": form, "studies": studies, "lines": counted(counts)}
    return render(request, "retention/erase_account.html", context, status=400 if form and form.errors else 200)
