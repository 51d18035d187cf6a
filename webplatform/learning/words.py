"""What a recipe is, in one line, and what a split is for, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

RECIPE_LINES = {
    "fine-tune": gettext_lazy("Goes on from the active model, for a few hundred faces of a new kind."),
    "flagship": gettext_lazy("A good model of your own without a GPU: about two hours on two cores for FER2013."),
    "paper": gettext_lazy("The training of the published paper, unchanged, to compare others with."),
    "refine": gettext_lazy("The flagship at half its rate, with coarse pictures; here it starts from scratch."),
    "small": gettext_lazy("A small network in minutes: to see whether a data set works at all."),
    "student": gettext_lazy("Made like the shipped model; needs a GPU, and scores of other models to learn from."),
    "teacher": gettext_lazy("A large network that others can learn from; needs a GPU."),
    "transfer": gettext_lazy("VGG16, which has seen many other pictures before; slow to learn and to serve."),
    "transfer-resnet50": gettext_lazy("ResNet50, which has seen many other pictures; slow to learn and to serve."),
}

SPLIT_WORDS = {
    "train": gettext_lazy("to learn from"),
    "public": gettext_lazy("to choose by"),
    "private": gettext_lazy("to test with"),
}
