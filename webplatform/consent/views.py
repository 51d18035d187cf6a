"""The consent page: read, give, withdraw, and see what was agreed to when."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from webplatform.common.errors import Conflict
from webplatform.consent import queries, services
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.consent.proofs import proof_file

SESSIONS = 200  # listed one by one before a withdrawal; of further ones the number is shown


@login_required
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Show the text and take the agreement; `next` says where the person wanted to go."""
    language = get_language() or queries.FALLBACK_LANGUAGE
    if request.method == "POST" and request.POST.get("agree") == "yes":
        scopes = {ConsentScope.ANALYSE.value, *request.POST.getlist("scope")}
        options = {"language": language, "channel": ConsentRecord.Channel.PAGE, "digest": request.POST.get("digest")}
        try:
            services.give_consent(user=request.user, scopes=scopes, **options)
        except Conflict as error:
            messages.error(request, error.message)
            return redirect("consent:give")
        messages.success(request, _("Thank you. Your consent is recorded."))
        return redirect(_next_page(request, default="consent:give"))
    valid = queries.valid_consent(request.user)
    effective = queries.effective_scopes(valid) if valid else frozenset()
    context = {
        "text": queries.current_text(language),
        "valid": valid,
        "held": [scope for scope in ConsentScope if scope in effective and scope != ConsentScope.ANALYSE],
        "sessions": queries.sessions_resting_on(request.user).count(),
        "scopes": [scope for scope in ConsentScope if scope != ConsentScope.ANALYSE and scope not in effective],
        "history": queries.consent_history(request.user),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "is_unticked": request.method == "POST",
    }
    return render(request, "consent/give.html", context, status=400 if context["is_unticked"] else 200)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Say what goes; a POST takes the agreement back, all of it or one scope."""
    if request.method == "GET":
        sessions = queries.sessions_resting_on(request.user)
        counts = queries.counts_resting_on(request.user)
        context = {"sessions": sessions[:SESSIONS], "count": counts["sessions"], "goes": counts}
        return render(request, "consent/withdraw.html", context)
    scopes = request.POST.getlist("scope") or [ConsentScope.ANALYSE.value]
    services.withdraw_consent(of=request.user, scopes=scopes)
    messages.success(request, _("This is withdrawn. What ran is stopped, and what rested on it is deleted."))
    return redirect("consent:give")


@login_required
@require_GET
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """The proof of one of the user's agreements."""
    return proof_file(get_object_or_404(queries.consent_history(request.user), pk=pk))


def _next_page(request: HttpRequest, default: str) -> str:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else default
