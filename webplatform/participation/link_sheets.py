"""Links for several participants at once: made together, told once."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import qrcode
from django.db import transaction
from django.utils.translation import gettext as _
from qrcode.image.svg import SvgPathImage

from inference import defuse_cell
from webplatform.accounts.models import User
from webplatform.common.errors import Invalid
from webplatform.participation.links import create_link, link_address
from webplatform.studies.models import Participant, Study
from webplatform.studies.participants import LINK_DAYS

MOST = 200


@dataclass(frozen=True, slots=True)
class NewLink:
    """A new link as its maker sees it, once.

    Args:
        address: with the key, which is stored nowhere.
        picture: the address as a QR code: an SVG picture as a data address.
    """

    participant: Participant
    address: str
    expires_at: datetime
    picture: str


@transaction.atomic
def create_links(
    *, study: Study, user: User, participants: Sequence[Participant], days: int = LINK_DAYS
) -> list[NewLink]:
    """Each of the study's participants has a new link that lasts `days`; the addresses are returned only here.

    Raises:
        NotAllowed: the user may not record in the study.
        Invalid: nobody is named, or too many, or days are not between 1 and `MAX_LINK_DAYS`.
    """
    if not 1 <= len(participants) <= MOST or any(one.study_id != study.pk for one in participants):
        raise Invalid(_("Choose from 1 to %(most)d participants.") % {"most": MOST}, field="participants")
    links = []
    for participant in participants:
        link, key = create_link(participant=participant, user=user, days=days)
        address = link_address(key)
        links.append(NewLink(participant, address, link.expires_at, qr_code(address)))
    return links


def links_csv(links: Sequence[NewLink]) -> str:
    """The links as a table: pseudonym, address, last day."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["pseudonym", "link", "until"])
    writer.writerows(
        [defuse_cell(one.participant.pseudonym), one.address, f"{one.expires_at:%Y-%m-%d}"] for one in links
    )
    return buffer.getvalue()


def qr_code(address: str) -> str:
    """The address as a QR code: an SVG picture as a data address."""
    picture = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, box_size=8, border=4).save(picture)
    return "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode()
