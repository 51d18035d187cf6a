// One card per face: bars of its scores, or why there are none.

import { copyOf, find, findAll, findIn } from "../dom.js";
import { fill } from "../format.js";

const GONE_AFTER_MS = 4000;

/**
 * One face's card: its title, its verdict, a bar for each expression, and when it was last seen.
 * @typedef {ReturnType<typeof makeCard>} Card
 */

export class FaceCards {
  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template
   * @param {FaceNames} names
   */
  constructor(list, template, { emotions, reasons }) {
    this.list = list;
    this.template = template;
    this.reasons = reasons;
    this.names = new Map(emotions.map(({ key, name }) => [key, name]));
    /** @type {Map<number, Card>} by track */
    this.cards = new Map();
  }

  /**
   * @param {Face[]} faces
   * @param {number} tMs
   */
  show(faces, tMs) {
    for (const face of faces) this.update(this.cardOf(face.track), face, tMs);
    for (const [track, card] of this.cards) {
      card.root.classList.toggle("away", card.tMs !== tMs);
      if (tMs - card.tMs <= GONE_AFTER_MS) continue;
      card.root.remove();
      this.cards.delete(track);
    }
    find("nobody").hidden = this.cards.size > 0;
  }

  /** @param {number} track */
  cardOf(track) {
    const card = this.cards.get(track) ?? makeCard(this.template, track, fill(gettext("Face {n}"), { n: track }));
    if (!this.cards.has(track)) this.list.append(card.root);
    this.cards.set(track, card);
    return card;
  }

  /**
   * @param {Card} card
   * @param {Face} face
   * @param {number} tMs
   */
  update(card, { scores, dominant, reason }, tMs) {
    card.tMs = tMs;
    const said = dominant ? this.names.get(dominant) : ((reason && this.reasons[reason]) ?? reason);
    card.verdict.textContent = said ?? "";
    card.verdict.classList.toggle("unsure", !dominant);
    for (const { emotion, row, meter, output } of card.bars) {
      const percent = scores ? Math.round(100 * scores[emotion]) : 0;
      meter.value = percent;
      output.textContent = scores ? `${percent} %` : "–";
      row.classList.toggle("leading", emotion === dominant);
    }
  }

  /** What to say aloud, now and then: the faces and what they show. */
  describe() {
    const told = [...this.cards.values()].filter(({ root }) => !root.classList.contains("away"));
    if (!told.length) return gettext("Nobody is in the picture.");
    return told.map(({ title, verdict }) => `${title}: ${verdict.textContent}`).join(". ");
  }
}

/**
 * @param {HTMLTemplateElement} template
 * @param {number} track
 * @param {string} title
 */
function makeCard(template, track, title) {
  const root = copyOf(template);
  root.dataset.track = String(track);
  findIn(root, "[data-title]").textContent = title;
  const bars = findAll(root, "[data-bar]").map((row) => ({
    emotion: row.dataset.bar ?? "",
    row,
    meter: findIn(row, "meter", HTMLMeterElement),
    output: findIn(row, "output"),
  }));
  return { root, title, bars, verdict: findIn(root, "[data-verdict]"), tMs: 0 };
}
