"""What a training run does, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far each training picture is changed at random, anew in every epoch.

    Args:
        rotate_deg: turned by up to this, degrees, both ways.
        zoom: scaled by a factor in [1 - zoom, 1 + zoom].
        shift: moved by up to this share of the side along both axes, as a detector's box would be.
        flip: mirrored left to right in half of the cases.
        contrast: contrast scaled by a factor in [1 - contrast, 1 + contrast].
        brightness: grey levels moved by up to this, both ways.
        noise: chance of grain, as a dark room's camera gives: Gaussian, of a sigma of up to 25 grey levels.
        downscale: chance that it is shown with the detail of a smaller face only, down to a third of the side.
        erase: chance that a random rectangle is replaced by one grey level (Zhong et al. 2017, arXiv:1708.04896).
        mixup: chance that a batch is mixed with its own shuffle (Zhang et al. 2017, arXiv:1710.09412).
        mixup_least: smallest weight of the picture itself when mixed, in [0.5, 1].
        cutmix: chance that each picture of a batch gets a rectangle of another one (Yun et al. 2019, arXiv:1905.04899).
    """

    rotate_deg: float = 0.0
    zoom: float = 0.0
    shift: float = 0.0
    flip: bool = False
    contrast: float = 0.0
    brightness: float = 0.0
    noise: float = 0.0
    downscale: float = 0.0
    erase: float = 0.0
    mixup: float = 0.0
    mixup_least: float = 0.7
    cutmix: float = 0.0


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """One training run.

    Args:
        recipe: the name under which it is known.
        architecture: which network of `training.model` to build: "resnet", "vgg", "paper", or a backbone of Keras's own
            with a new head, "vgg16" or "resnet50", or "from_bundle": the network that `weights` holds.
        weights: to start from. Of a backbone: a .weights.h5 file, "imagenet" for Keras's download, or None to draw
            them. Of "vgg" and "paper": the model.keras of a bundle of the same shape, or None to draw them. Of
            "from_bundle": the model.keras of a bundle.
        frozen_epochs: epochs in which only the head of a backbone learns.
        fine_tune_rate: the learning rate's share once the backbone learns as well.
        frozen_norms: whether "from_bundle" leaves its batch normalisation as it was: the statistics of a few new
            pictures would spoil those of many.
        wise_ft_alpha: share of the trained weights in the last ones, in (0, 1]; the rest are those of the start. The
            mean keeps what the start knew and takes most of what is new (WiSE-FT, Wortsman et al. 2022,
            arXiv:2109.01903).
        width: channels of its first block.
        squeeze: of "resnet": channels per squeezed one in its squeeze-and-excitation; 0: without.
        input_size: side of the input, px.
        early_size: side at which pictures are shown in the first `early_share` of the run, px: the network sees more of
            them in the same time (Tan & Le 2021, arXiv:2104.00298); None: `input_size` throughout.
        early_share: in [0, 1].
        dropout: the largest dropout rate in the network; earlier blocks take a share of it.
        norm_momentum: of batch normalisation's running statistics; lower for runs of few steps.
        epochs: stretches of the run; after each one it is measured and can go on.
        passes: over the training split in each of them.
        batch_size: pictures a step.
        steps_per_call: steps taken in one call where JAX runs the network; a run can be cancelled between calls.
        optimizer: "adam", "adamw" or "sgd" (with Nesterov's momentum of 0.9).
        learning_rate: the peak.
        warmup: share of the run over which the rate rises to the peak; 0 with `schedule` "constant" is a plain run.
        schedule: "constant" or "cosine" (falls to zero at the end of the run).
        weight_decay: of AdamW and SGD, decoupled and scaled by the learning rate (Loshchilov & Hutter 2017,
            arXiv:1711.05101).
        label_smoothing: share of the label that is spread evenly (Szegedy et al. 2015, arXiv:1512.00567).
        votes_weight: share of the annotators' votes in a label, where the data has votes.
        heads: what the served answer is made of, shares that sum to 1: of the head that learns labels and teachers, of
            the one that learns the votes, of the one that learns the files of scores. Empty: one head only.
        votes_cost, scores_cost: weight of the second and third head in what is minimised.
        scores: files of what other models say of the training pictures; see `teachers.read_scores`.
        scores_weights: share of each of those files in a label, where scores have no head of their own.
        scores_temperature: divisor of the logarithm of those scores; above 1 it softens them.
        teachers: bundle folders or .keras files whose mean scores the network learns from as well (Hinton et al. 2015,
            arXiv:1503.02531).
        views: changed views of each picture that the teachers look at and the network then learns from; 0: the mean of
            four plain views is one target for all changes.
        teachers_weight: share of the teachers' scores in a label.
        teachers_temperature: divisor of the logarithm of the teachers' scores; above 1 it softens them.
        ema_momentum: decay per step of the averaged weights, which are kept where they are better; None: no averaging.
        class_balance: exponent in [0, 1] on the inverse class frequency in sampling; 0 takes the data as it is.
        mixed_precision: bfloat16 arithmetic, float32 weights.
        augmentation: how pictures are changed.
        quantised: whether LiteRT gets weights of eight bits a number, and computes with eight bits where it can.
        class_scaling: whether each class's logit is scaled on the public split, so that the scores say how often they
            are right; it changes the answer of a face between two classes.
        prior_correction: how much of the shares that the classes have in the training split is taken out of the scores,
            in [0, 1]: at 1 they are those of a place where each class is as frequent as any other.
        mirror: whether the served answer is the mean with that of the mirrored face; it costs a second look.
        crop_margin, crop_shift: how serving cuts a face out of a frame; see `inference.ModelSpec`.
        max_minutes: wall-clock budget over which the schedule runs when it ends before the epochs do; None: no budget.
        seed: of everything random.
    """

    recipe: str
    architecture: str = "vgg"
    weights: str | None = None
    frozen_epochs: int = 0
    fine_tune_rate: float = 1.0
    frozen_norms: bool = False
    wise_ft_alpha: float = 1.0
    width: int = 32
    squeeze: int = 0
    input_size: int = 48
    early_size: int | None = None
    early_share: float = 0.5
    dropout: float = 0.3
    norm_momentum: float = 0.99
    epochs: int = 50
    passes: int = 1
    batch_size: int = 64
    steps_per_call: int = 16
    optimizer: str = "adamw"
    learning_rate: float = 3e-3
    warmup: float = 0.05
    schedule: str = "cosine"
    weight_decay: float = 1e-2
    label_smoothing: float = 0.0
    votes_weight: float = 0.0
    heads: tuple[float, ...] = ()
    votes_cost: float = 0.15
    scores_cost: float = 0.3
    scores: tuple[str, ...] = ()
    scores_weights: tuple[float, ...] = ()
    scores_temperature: float = 1.5
    teachers: tuple[str, ...] = ()
    teachers_weight: float = 0.6
    teachers_temperature: float = 1.5
    views: int = 0
    ema_momentum: float | None = None
    class_balance: float = 0.0
    mixed_precision: bool = False
    augmentation: Augmentation = field(default_factory=Augmentation)
    quantised: bool = False
    class_scaling: bool = True
    prior_correction: float = 0.0
    mirror: bool = False
    crop_margin: float = 0.05
    crop_shift: float = -0.05
    max_minutes: float | None = None
    seed: int = 1

    @property
    def needs_bundle(self) -> bool:
        """Whether it goes on from the network of a bundle, and from nothing else."""
        return self.architecture == "from_bundle"

    def head_costs(self) -> tuple[float, ...]:
        """The weight of each head in what is minimised."""
        return (1.0, self.votes_cost, self.scores_cost)[: max(len(self.heads), 1)]
