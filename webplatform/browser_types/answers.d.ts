// What the REST API and the sockets answer, as far as scripts read it: docs/openapi.yml and docs/live-protocol.md.

interface Job {
  id: string;
  status: "queued" | "running" | "done" | "failed" | "cancelled";
  progress: number;
  faces_found: number;
  seconds_left: number | null;
  queue_place: number | null;
  starts_in_s: number | null;
  session_url: string;
  title: string;
  attempts: number;
  queued_at: string;
  error: { code: string; message: string } | null;
}

/** What comes over /ws/jobs/. */
type JobsMessage = { type: "job"; job: Job } | { type: "snapshot"; jobs: Job[] };

/** A face in one frame: `scores` is null where it was not scored; without `dominant` it is not sure. */
interface Face {
  track: number;
  box: Box;
  scores: Record<string, number> | null;
  dominant: string | null;
  reason: string | null;
}

/** A face of a session's history. */
interface ObservedFace extends Face {
  t_ms: number;
  frame_width: number;
  frame_height: number;
}

/** A page of the API: `next` is the whole address of the next one. */
interface ObservationPage {
  results: ObservedFace[];
  next: string | null;
}

interface TimelineTrack {
  t_ms: number[];
  n: number[];
  scored: number[];
  scores: Record<string, (number | null)[]>;
  dominant: (string | null)[];
}

interface Timeline {
  bucket_ms: number;
  from_ms: number;
  to_ms: number;
  tracks: TimelineTrack[];
}

interface UploadState {
  id: string;
  name: string;
  state: string;
  offset: number;
  size: number;
}

interface TrainingRun {
  id: string;
  state: string;
  progress: number;
  seconds_left: number | null;
  curves: {
    epoch: number;
    train_accuracy: number;
    accuracy: number;
    loss: number;
    device?: string;
    pictures_s: number;
  }[];
  log: { at: string; text: string }[];
}

interface StudyResults {
  state: string;
  is_current: boolean;
  results: { groups: { key: string; name: string; curve: CurveSet & { n: number[] }; change: CurveSet | null }[] };
}

interface OverlayAnswer {
  is_waiting: boolean;
  sessions: { why: string; title: string; participant: string; mean: Record<string, Series> }[];
}

/** The live socket's messages, by `type`. */
interface ReadyMessage {
  type: "ready";
  session: string;
  token: string;
  resume_within_s: number;
  max_in_flight: number;
}

/** The answer to one frame; one that was not read has a reason and no faces. */
interface ResultMessage {
  type: "result";
  seq: number;
  t_ms: number;
  width?: number;
  height?: number;
  faces?: Face[];
  reason?: string;
}

interface MarkerMessage {
  type: "marker";
  t_ms: number;
  text: string;
}

interface EndedMessage {
  type: "ended";
  session: string | null;
  url: string | null;
}

interface ClosingMessage {
  type: "closing";
  code: number;
  message: string;
}

interface ErrorMessage {
  type: "error";
  code: string;
  message: string;
}

type LiveMessage = ReadyMessage | ResultMessage | MarkerMessage | EndedMessage | ClosingMessage | ErrorMessage;

/** What a Link tells, by the name of the event. */
interface LinkEvents {
  ready: ReadyMessage;
  result: ResultMessage & { latencyMs: number | null };
  marker: MarkerMessage;
  refused: ErrorMessage;
  ended: EndedMessage;
  lost: { forMs: number };
  closed: { code: number; message: string };
}
