"""What the engine and the trainer say of a failure, as templates: they know no other language, the pages do.

A sentence that stands in none of these is shown as it was said. A test lets the engine fail and looks for each.
"""

from django.utils.translation import gettext_noop as _

ENGINE_SENTENCES = (
    _("There is no file named %(name)s."),
    _("%(name)s is empty."),
    _("%(name)s is not a video that can be read, or it is damaged."),
    _("%(name)s has no picture stream."),
    _("%(name)s has no picture stream. It holds only sound."),
    _("%(name)s is encoded as %(codec)s, which cannot be decoded here."),
    _("Not one frame of the video could be decoded."),
    _("The video is not the one that was planned for: it has no such key frame."),
    _("%(name)s states no frame size that can be used."),
    _("The frames of %(name)s are %(width)d x %(height)d pixels, which is over the limit."),
    _("%(name)s is %(minutes)s minutes long; the limit is %(limit)s."),
    _("%(name)s is longer than the limit of %(minutes)s minutes."),
    _("%(name)s is over the limit of %(limit)d MiB for a picture."),
    _("%(name)s is not a picture that can be read."),
    _("%(name)s is not a picture that can be read, or it is damaged."),
    _("this model does not state how frequent each expression was where it learnt."),
    _("There is no model bundle at %(path)s."),
    _("The model bundle %(name)s is missing %(file)s."),
    _("%(file)s of the model bundle %(name)s does not match its checksum."),
    _("The weights do not load (%(kind)s)."),
    _("There is not one readable face of a known class in %(path)s."),
    _("The training split has no picture of: %(classes)s."),
    _("There is no data set at %(path)s."),
    _("%(name)s is neither a folder nor a .zip nor a .csv."),
    _("%(name)s is not a readable .zip."),
    _("%(name)s has neither the columns emotion and pixels nor path and label."),
    _("There is no public (validation) split to calibrate on; a data set needs more pictures."),
    _("The two models take pictures of different sizes; measure each on its own."),
    _("The split holds no picture to compare on."),
    _("The split holds no picture to measure on."),
    _("The trainer's process ended with code %(code)s."),
    _("The trainer died again and again."),
)
