// What the server puts into pages as JSON, and what scripts share; no code, so nothing of it is sent to browsers.

/** x, y, width, height in pixels, from the top left corner. */
type Box = [number, number, number, number];

interface EmotionName {
  key: string;
  name: string;
}

/** `session-data`: webplatform/dashboard/report.py, page_data */
interface SessionData {
  id: string;
  state: string;
  job: { id: string; status: string } | null;
  durationMs: number;
  stepMs: number;
  everyMs: number;
  frame: [number, number];
  media: { url: string; name: string } | null;
  markers: { tMs: number; text: string }[];
  segments: TimeBand[];
  corrections: { track: number; fromMs: number; toMs: number; emotion: string }[];
  emotions: EmotionName[];
  reasons: Record<string, string>;
}

/** A stretch that is drawn over a timeline. */
interface TimeBand {
  fromMs: number;
  toMs: number;
  kind: string;
  text: string;
}

/** `live-data`: webplatform/live/views.py, and webplatform/participation/camera_pages.py, which adds films. */
interface LiveData {
  socket: string;
  check: string;
  emotions: EmotionName[];
  reasons: Record<string, string>;
}

interface Film {
  id: string;
  title: string;
  url: string;
  durationMs: number;
}

interface ShowingData extends LiveData {
  films: Film[];
  showsScores: boolean;
}

/** What live pages hand to the parts that show faces. */
interface FaceNames {
  emotions: EmotionName[];
  reasons: Record<string, string>;
}

/** `results-data` of a study and of sessions laid over each other: webplatform/results/views.py */
interface ResultsData {
  study: string;
  query: string;
  emotions: EmotionName[];
  isActive: boolean;
  hasResults: boolean;
  isByPerson: boolean;
}

interface OverlayData {
  overlay: string;
  emotions: EmotionName[];
  isWaiting: boolean;
}

/** `review-data`: webplatform/learning/review_views.py */
interface ReviewData {
  media: string;
  tMs: number;
  box: Box;
  frame: [number, number];
}

/** `limits-data` */
interface UploadLimits {
  maxBytes: number;
  extensions: string[];
}

/** Whom a recording shows and in which condition, as the REST API and the live socket take it. */
type Place = { [kind: string]: string };

/** Lists that belong together by position; a null is a bucket without scores. */
interface Lane {
  bucketMs: number;
  tMs: number[];
  n: number[];
  scored: number[];
  scores: Record<string, (number | null)[]>;
  dominant: (string | null)[];
}

/** Values of a group second by second; null where nobody was seen. */
type Series = (number | null)[];

/** Curves of one group by expression. */
interface CurveSet {
  mean: Record<string, Series>;
  low: Record<string, Series> | null;
  high: Record<string, Series> | null;
}

interface CurveGroup {
  name: string;
  n: number[] | null;
  curve: CurveSet;
  change: CurveSet | null;
}

/** One group's line in one chart. */
interface ChartLine {
  name: string;
  mean: Series;
  low: Series | null;
  high: Series | null;
}
