"""The pages for training: data sets, runs, models. Staff only."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from webplatform.accounts.staff import staff_only
from webplatform.accounts.upload_auth import require_admin
from webplatform.common.errors import AppError
from webplatform.common.http.headers import INERT
from webplatform.common.http.large_bodies import MULTIPART, UPLOAD_BYTES, takes_body
from webplatform.common.http.pages import tell
from webplatform.learning import queries, services
from webplatform.learning.decisions import make_checked
from webplatform.learning.forms import BundleForm, DatasetForm, RunForm
from webplatform.learning.models import Comparison, Dataset, TrainingRun
from webplatform.learning.samples import corrections_so_far
from webplatform.modelhub.bundle_archive import archive_chunks, import_archive
from webplatform.modelhub.bundles import bundle_of
from webplatform.modelhub.models import ModelVersion


@login_required
@staff_only
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Models, runs and data sets, newest first."""
    return render(request, "learning/overview.html", queries.overview())


@login_required
@staff_only
@require_http_methods(["GET", "POST"])
@takes_body(UPLOAD_BYTES, require=require_admin, streams=(MULTIPART,))
def new_dataset(request: HttpRequest) -> HttpResponse:
    """Import a data set: by upload, or from the server's import folder."""
    form = DatasetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            dataset = services.import_dataset(user=request.user, asks_first=True, **form.options())
            return redirect("learning:dataset", dataset.pk)
        except AppError as error:
            form.add_error(None, error.message)
    context = {"form": form, "folder": services.import_folder(), **corrections_so_far()}
    return render(request, "learning/new_dataset.html", context, status=400 if form.errors else 200)


@login_required
@staff_only
@require_POST
def from_corrections(request: HttpRequest) -> HttpResponse:
    """Make a data set of the corrected faces."""
    try:
        name = request.POST.get("name", "")
        dataset = services.dataset_from_corrections(user=request.user, name=name, asks_first=True)
        return redirect("learning:dataset", dataset.pk)
    except AppError as error:
        tell(request, error)
    return redirect("learning:new-dataset")


@login_required
@staff_only
@require_GET
def dataset(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a data set holds and what was left out; runs start here."""
    dataset = get_object_or_404(Dataset, pk=pk)
    return render(request, "learning/dataset.html", queries.dataset_page(dataset) | {"form": RunForm()})


@login_required
@staff_only
@require_POST
def make_dataset(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a data set as it was checked."""
    dataset = get_object_or_404(Dataset, pk=pk)
    _do(request, lambda: make_checked(user=request.user, dataset=dataset), _("The data set is made."))
    return redirect("learning:dataset", pk)


@login_required
@staff_only
@require_POST
def start_run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Start a run on a data set."""
    dataset = get_object_or_404(Dataset, pk=pk)
    form = RunForm(request.POST)
    if form.is_valid():
        try:
            run = services.start_run(user=request.user, dataset=dataset, options=form.options())
            return redirect("learning:run", run.pk)
        except AppError as error:
            form.add_error(None, error.message)
    return render(request, "learning/dataset.html", queries.dataset_page(dataset) | {"form": form}, status=400)


@login_required
@staff_only
@require_GET
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a run is, its curves, and the candidate that it made."""
    run = get_object_or_404(TrainingRun.objects.select_related("dataset", "version", "started_from"), pk=pk)
    context = {
        "run": run,
        "data": queries.run_data(run),
        "computes": queries.computes_on(run),
        "log": queries.log_of(run),
    }
    return render(request, "learning/run.html", context)


@login_required
@staff_only
@require_POST
def cancel(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Cancel a run, an import or a comparison."""
    model = {"dataset": Dataset, "run": TrainingRun, "comparison": Comparison}[kind]
    job = get_object_or_404(model, pk=pk)
    _do(request, lambda: services.cancel(user=request.user, work=job), _("It is cancelled."))
    return redirect("learning:overview")


@login_required
@staff_only
@require_POST
def delete_dataset(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a data set that nothing rests on."""
    dataset = get_object_or_404(Dataset, pk=pk)
    _do(request, lambda: services.delete_dataset(user=request.user, dataset=dataset), _("The data set is deleted."))
    return redirect("learning:overview")


@login_required
@staff_only
@require_http_methods(["GET", "POST"])
@takes_body(UPLOAD_BYTES, require=require_admin, streams=(MULTIPART,))
def new_model(request: HttpRequest) -> HttpResponse:
    """Bring a bundle in from another machine."""
    form = BundleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            accepts = form.cleaned_data["accepts_unsigned"]
            version = import_archive(user=request.user, archive=form.cleaned_data["file"], accepts_unsigned=accepts)
            return redirect("learning:model", version.pk)
        except AppError as error:
            form.add_error(None, error.message)
    return render(request, "learning/new_model.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@staff_only
@require_GET
def model(request: HttpRequest, pk: int) -> HttpResponse:
    """A model's figures, its comparison with the active one, and the way to make it active."""
    version = get_object_or_404(ModelVersion, pk=pk)
    return render(request, "learning/model.html", queries.model_page(version, services.evidence_for(version)))


@login_required
@staff_only
@require_POST
def promote(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a model the active one."""
    version = get_object_or_404(ModelVersion, pk=pk)
    reason = request.POST.get("reason", "")
    done = _("It waits for a second admin.") if settings.RAUT_TWO_PERSON_PROMOTION else _active_now(version)
    _do(request, lambda: services.promote(user=request.user, version=version, reason=reason), done)
    return redirect("learning:model", version.pk)


@login_required
@staff_only
@require_POST
def decide(request: HttpRequest, pk: int, proposal_id: int) -> HttpResponse:
    """Confirm or decline what another admin proposed."""
    version = get_object_or_404(ModelVersion, pk=pk)
    proposal = get_object_or_404(version.proposals.select_related("by", "version"), pk=proposal_id)
    is_confirmed = request.POST.get("decision") == "confirm"
    done = _active_now(version) if is_confirmed else _("The proposal is declined.")
    user = request.user
    _do(request, lambda: services.decide_promotion(user=user, proposal=proposal, is_confirmed=is_confirmed), done)
    return redirect("learning:model", version.pk)


def _active_now(version: ModelVersion) -> str:
    return _("%(model)s is active now.") % {"model": version}


@login_required
@staff_only
@require_POST
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Compare a model with the active one on a data set."""
    version = get_object_or_404(ModelVersion, pk=pk)
    dataset = get_object_or_404(Dataset, pk=request.POST.get("dataset"))
    done = _("The comparison waits for the trainer.")
    _do(request, lambda: services.compare(user=request.user, version=version, dataset=dataset), done)
    return redirect("learning:model", version.pk)


@login_required
@staff_only
@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """A model's bundle as a ZIP."""
    version = get_object_or_404(ModelVersion, pk=pk)
    answer = StreamingHttpResponse(archive_chunks(version), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{slugify(str(version))}.zip"'
    return answer


@login_required
@staff_only
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """A model's card, as its run wrote it."""
    version = get_object_or_404(ModelVersion, pk=pk)
    file = bundle_of(version) / "MODEL_CARD.md"
    if not file.is_file():
        raise Http404
    answer = HttpResponse(file.read_bytes(), content_type="text/markdown; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slugify(str(version))}-card.md"'
    return answer


@login_required
@staff_only
@require_GET
def picture(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One of the figures that the run drew."""
    version = get_object_or_404(ModelVersion, pk=pk)
    file = bundle_of(version) / f"{name}.svg"
    if name not in queries.PICTURES or not file.is_file():
        return HttpResponse(status=404)
    return HttpResponse(file.read_bytes(), content_type="image/svg+xml", headers=INERT)


def _do(request: HttpRequest, act: object, done: str) -> None:
    try:
        act()
        messages.success(request, done)
    except AppError as error:
        tell(request, error)
