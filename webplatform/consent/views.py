"""The consent page: read, give, withdraw, and see what was agreed to when."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from webplatform.consent import queries, services
from webplatform.consent.models import ConsentRecord


@login_required
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Show the text and take the agreement; `next` says where the person wanted to go."""
    language = get_language() or queries.FALLBACK_LANGUAGE
    if request.method == "POST" and request.POST.get("agree") == "yes":
        services.give_consent(user=request.user, language=language, channel=ConsentRecord.Channel.PAGE)
        messages.success(request, _("Thank you. Your consent is recorded."))
        return redirect(_next_page(request, default="consent:give"))
    context = {
        "text": queries.current_text(language),
        "valid": queries.valid_consent(request.user),
        "history": queries.consent_history(request.user),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "is_unticked": request.method == "POST",
    }
    return render(request, "consent/give.html", context, status=400 if context["is_unticked"] else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take the agreement back; as easy as giving it."""
    services.withdraw_consent(user=request.user)
    messages.success(request, _("Your consent is withdrawn. Nothing new will be analysed."))
    return redirect("consent:give")


def _next_page(request: HttpRequest, default: str) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else default
