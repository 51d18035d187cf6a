"""`Idempotency-Key`: a POST that is sent again is executed once and answered twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any  # views take whatever their address holds

from django.http import HttpRequest, HttpResponse

from webplatform.accounts import idempotency_keys
from webplatform.accounts.models import User
from webplatform.accounts.scopes import scope_of
from webplatform.accounts.tokens import valid_token
from webplatform.common.errors import AppError
from webplatform.common.http.problems import problem_answer
from webplatform.common.rate_limits.throttling import count_request

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
PASSING = (401, 403, 409, 412, 423, 429)  # the same may be answered otherwise in a while
DIGESTED_HEADERS = ("Upload-Length", "Upload-Metadata", "X-HTTP-Method-Override")


class Idempotency:
    """Answers a repeated POST with the first one's answer, before anything of its body is looked at by a view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.held_answer = None
        try:
            response = self.get_response(request)
        except BaseException:  # the client went away: the request ends here, and must not keep the key
            if request.held_answer is not None:
                idempotency_keys.release(held=request.held_answer)
            raise
        if request.held_answer is not None:
            self._keep(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], arguments: object, view_kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        key = request.headers.get(HEADER)
        if key is None or request.method != "POST" or not request.path.startswith("/api/"):
            return None
        owner, user, token_id = _asker(request, view)
        if not owner:
            return None  # the view says why not
        try:
            claimed = _claim(request, owner, user, key)
            if isinstance(claimed, idempotency_keys.Held):
                request.held_answer = claimed
                return None  # the view counts it
            count_request(request, user.pk if user else None, token_id)
        except AppError as error:
            return _refusal(error)
        if isinstance(claimed, AppError):
            return _refusal(claimed)
        return HttpResponse(claimed.body, status=claimed.status, headers={**claimed.headers, REPLAYED: "true"})

    def _keep(self, request: HttpRequest, response: HttpResponse) -> None:
        if response.streaming or response.status_code >= 500 or response.status_code in PASSING:
            idempotency_keys.release(held=request.held_answer)
            return
        headers = {name: value for name, value in response.items() if idempotency_keys.KEPT_HEADERS.fullmatch(name)}
        answer = idempotency_keys.Answer(response.status_code, headers, response.content)
        idempotency_keys.keep_answer(
            held=request.held_answer, key=request.headers[HEADER], answer=answer, path=request.path
        )


def _claim(
    request: HttpRequest, owner: str, user: User | None, key: str
) -> idempotency_keys.Answer | idempotency_keys.Held | AppError:
    """The answer to an earlier request, what holds the key for this one, or why there is neither."""
    try:
        if (wrong := idempotency_keys.refusal_of_key(key)) is not None:
            return wrong
        return idempotency_keys.claim(owner=owner, user=user, key=key, request=_digest(request))
    except AppError as error:
        return error


def _asker(request: HttpRequest, view: Callable[..., HttpResponse]) -> tuple[str, User | None, int | None]:
    """Whose key it is: an account's with its token, or a participant's; empty where the view will refuse them."""
    words = request.headers.get("Authorization", "").split()
    if words:
        token = valid_token(words[-1]) if len(words) == 2 else None
        view_class = getattr(view, "cls", None)
        if token is None or scope_of(view_class() if view_class else None, "POST") not in token.scopes:
            return "", None, None
        return f"account {token.user_id}", token.user, token.pk
    if link := request.headers.get("Participant-Key"):
        return f"link {link}", None, None
    return (f"account {request.user.pk}", request.user, None) if request.user.is_authenticated else ("", None, None)


def _digest(request: HttpRequest) -> str:
    """What is asked. Of a body that is read as it comes only the length: an old answer is worth no gigabytes."""
    about = [request.method, request.get_full_path(), request.content_type]
    about += [request.headers.get(name, "") for name in DIGESTED_HEADERS]
    digest = hashlib.sha256("\n".join(map(str, about)).encode())
    if getattr(request, "streamed_body", None) is not None:
        digest.update(request.META.get("CONTENT_LENGTH", "").encode())
    elif request.content_type == "multipart/form-data":  # its boundary is another one each time
        for name, values in sorted(request.POST.lists()):
            digest.update(repr((name, values)).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                digest.update(repr((name, file.name, file.size)).encode())
                for chunk in file.chunks():
                    digest.update(chunk)
                file.seek(0)
    else:
        digest.update(request.body)
    return digest.hexdigest()


def _refusal(error: AppError) -> HttpResponse:
    answer = problem_answer(error.code, error.message, error.status, error.details)
    if wait_s := error.details.get("retry_after_s"):
        answer["Retry-After"] = str(wait_s)
    return answer
