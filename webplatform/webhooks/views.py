"""The pages of webhooks: those of the account or a study, one of them with what was sent, and what its buttons do."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from webplatform.common.errors import AppError, NotAllowed
from webplatform.common.http.pages import tell
from webplatform.studies.models import Study
from webplatform.studies.permissions import owned_study
from webplatform.webhooks import services
from webplatform.webhooks.forms import WebhookForm
from webplatform.webhooks.models import Webhook
from webplatform.webhooks.words import problem_words

ROWS = 20


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """The account's own webhooks, and a new one."""
    return _list(request, None)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def of_study(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same of a study, for its owners."""
    return _list(request, owned_study(request.user, pk))


@login_required
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One webhook: its events and deliveries; a POST changes it."""
    webhook = _webhook(request, pk)
    stated = {"name": webhook.name, "url": webhook.url, "events": webhook.events}
    form = WebhookForm(request.POST or None, initial=stated, study=webhook.study)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_webhook(webhook=webhook, user=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("webhooks:webhook", webhook.pk)
        except NotAllowed:
            raise
        except AppError as error:
            form.add_error(error.details.get("field"), error.message)
    return _page(request, webhook, form=form)


@login_required
@require_POST
def turn(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Turn it on or off, as the button said."""
    webhook, is_on = _webhook(request, pk), request.POST.get("on") == "yes"
    services.change_webhook(webhook=webhook, user=request.user, is_on=is_on)
    messages.success(request, _("The webhook is on.") if is_on else _("The webhook is off."))
    return redirect("webhooks:webhook", webhook.pk)


@login_required
@never_cache
@require_POST
def rotate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give it a new secret, which this answer shows."""
    webhook = _webhook(request, pk)
    return _page(request, webhook, secret=services.rotate_secret(webhook=webhook, user=request.user))


@login_required
@require_POST
def test(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send an event that says nothing."""
    webhook = _webhook(request, pk)
    try:
        services.send_test(webhook=webhook, user=request.user)
        messages.success(request, _("The test is on its way. Look again in a moment."))
    except AppError as error:
        tell(request, error)
    return redirect("webhooks:webhook", webhook.pk)


@login_required
@require_POST
def replay(request: HttpRequest, pk: UUID, delivery_pk: UUID) -> HttpResponse:
    """Send an event again."""
    deliveries = _webhook(request, pk).deliveries.select_related("webhook__study")
    try:
        services.replay(delivery=get_object_or_404(deliveries, pk=delivery_pk), user=request.user)
        messages.success(request, _("The event is on its way again."))
    except AppError as error:
        tell(request, error)
    return redirect("webhooks:webhook", pk)


@login_required
@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete it, with what is known of what was sent."""
    webhook = _webhook(request, pk)
    study = webhook.study_id
    services.delete_webhook(webhook=webhook, user=request.user)
    messages.success(request, _("The webhook is deleted."))
    return redirect("webhooks:of-study", study) if study else redirect("webhooks:own")


def _list(request: HttpRequest, study: Study | None) -> HttpResponse:
    form = WebhookForm(request.POST or None, study=study)
    if request.method == "POST" and form.is_valid():
        try:
            webhook, secret = services.add_webhook(user=request.user, study=study, **form.cleaned_data)
            return _page(request, webhook, secret=secret)
        except NotAllowed:
            raise
        except AppError as error:
            form.add_error(error.details.get("field"), error.message)
    webhooks = Webhook.objects.for_user(request.user).filter(study=study)
    context = {"form": form, "study": study, "webhooks": webhooks}
    return render(request, "webhooks/list.html", context, status=400 if form.errors else 200)


def _page(request: HttpRequest, webhook: Webhook, *, form: WebhookForm | None = None, secret: str = "") -> HttpResponse:
    stated = {"name": webhook.name, "url": webhook.url, "events": webhook.events}
    deliveries = webhook.deliveries.prefetch_related("attempts")
    page = Paginator(deliveries, ROWS).get_page(request.GET.get("page"))
    context = {
        "webhook": webhook,
        "study": webhook.study,
        "form": form or WebhookForm(initial=stated, study=webhook.study),
        "secret": secret,
        "page": page,
        "rows": [(delivery, [(one, problem_words(one)) for one in delivery.attempts.all()]) for delivery in page],
        "is_busy": any(not delivery.is_over for delivery in page),
    }
    status = 400 if form is not None and form.errors else 200
    return render(request, "webhooks/webhook.html", context, status=status)


def _webhook(request: HttpRequest, pk: UUID) -> Webhook:
    return get_object_or_404(Webhook.objects.for_user(request.user).select_related("study", "user"), pk=pk)
