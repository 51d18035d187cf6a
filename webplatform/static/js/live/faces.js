// One card per face: bars of its scores, or why there are none.

import { fill } from "../format.js";

const GONE_AFTER_MS = 4000;

export class FaceCards {
  constructor(list, template, { emotions, reasons, words }) {
    Object.assign(this, { list, template, emotions, reasons, words });
    this.names = new Map(emotions.map(({ key, name }) => [key, name]));
    this.cards = new Map();
  }

  show(faces, tMs) {
    for (const face of faces) this.update(this.cardOf(face.track), face, tMs);
    for (const [track, card] of this.cards) {
      card.root.classList.toggle("away", card.tMs !== tMs);
      if (tMs - card.tMs <= GONE_AFTER_MS) continue;
      card.root.remove();
      this.cards.delete(track);
    }
    document.getElementById("nobody").hidden = this.cards.size > 0;
  }

  cardOf(track) {
    if (!this.cards.has(track)) {
      const root = this.template.content.firstElementChild.cloneNode(true);
      root.dataset.track = track;
      root.querySelector("[data-title]").textContent = fill(this.words.face, { n: track });
      const bars = new Map([...root.querySelectorAll("[data-bar]")].map((row) => [row.dataset.bar, row]));
      this.cards.set(track, { root, bars, verdict: root.querySelector("[data-verdict]"), tMs: 0 });
      this.list.append(root);
    }
    return this.cards.get(track);
  }

  update(card, { scores, dominant, reason }, tMs) {
    card.tMs = tMs;
    card.verdict.textContent = dominant ? this.names.get(dominant) : (this.reasons[reason] ?? reason);
    card.verdict.classList.toggle("unsure", !dominant);
    for (const [emotion, row] of card.bars) {
      const percent = scores ? Math.round(100 * scores[emotion]) : 0;
      row.querySelector("meter").value = percent;
      row.querySelector("output").textContent = scores ? `${percent} %` : "–";
      row.classList.toggle("leading", emotion === dominant);
    }
  }

  /** What to say aloud, now and then: the faces and what they show. */
  describe() {
    const told = [...this.cards.values()].filter(({ root }) => !root.classList.contains("away"));
    if (!told.length) return this.words.nobody;
    return told
      .map(({ root, verdict }) => `${root.querySelector("[data-title]").textContent}: ${verdict.textContent}`)
      .join(". ");
  }
}
