"""`manage.py train`: start a run without the pages, and watch it."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from training import RECIPES
from webplatform.accounts.permissions import admins
from webplatform.common.errors import AppError
from webplatform.learning.models import Dataset, TrainingRun
from webplatform.learning.services import RunOptions, start_run


class Command(BaseCommand):
    """Queues a training run for the trainer; it is watched until it ends unless told otherwise."""

    help = "Train a recipe on a frozen data set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dataset", required=True, help="the data set's name or id")
        parser.add_argument("--recipe", choices=sorted(RECIPES), default="small")
        parser.add_argument("--start", choices=[value for value, _ in TrainingRun.Start.choices], default="scratch")
        parser.add_argument("--epochs", type=int)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--as", dest="email", help="the admin in whose name; the first one by default")
        parser.add_argument("--no-wait", action="store_true", help="end once the run is queued")

    def handle(self, **options: Any) -> None:
        users = admins().order_by("pk")
        user = (users.filter(email__iexact=options["email"]) if options["email"] else users).first()
        if user is None:
            raise CommandError("There is no such admin. `manage.py createsuperuser` makes one.")
        run_options = RunOptions(options["recipe"], options["start"], options["epochs"], options["seed"])
        try:
            run = start_run(user=user, dataset=self._dataset(options["dataset"]), options=run_options)
        except AppError as error:
            raise CommandError(error.message) from error
        self.stdout.write(str(run.pk))
        if not options["no_wait"]:
            self._watch(run)

    def _dataset(self, name_or_id: str) -> Dataset:
        matches = [dataset for dataset in Dataset.objects.all() if name_or_id in (dataset.name, str(dataset.pk))]
        if not matches:
            raise CommandError(f"There is no data set {name_or_id!r}.")
        return matches[0]

    def _watch(self, run: TrainingRun) -> None:
        printed = 0
        while run.is_active:
            time.sleep(1)
            run.refresh_from_db()
            for row in run.curves[printed:]:
                self.stdout.write(f"epoch {row['epoch']}/{row['epochs']}  public {row['accuracy']:.4f}")
            printed = len(run.curves)
        if run.state != TrainingRun.State.DONE:
            raise CommandError(run.error_message or f"The run was {run.state}.")
        self.stdout.write(f"candidate {run.version}")
