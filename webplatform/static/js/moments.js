// Points in time, as charts and readouts show them.

/**
 * 7400 -> "0:07.4"
 * @param {number} tMs
 * @param {number} [digits]
 */
export function formatMoment(tMs, digits = 1) {
  const unit = 10 ** digits;
  const parts = Math.round((Math.max(0, tMs) / 1000) * unit);
  const seconds = Math.floor(parts / unit);
  /** @param {number} number */
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const clock = hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  return digits ? `${clock}.${String(parts % unit).padStart(digits, "0")}` : clock;
}

/**
 * The shortest of the round lengths that is at least `leastMs`, in whole samples of `everyMs`.
 * @param {number} leastMs
 * @param {number} everyMs
 */
export function roundBucket(leastMs, everyMs) {
  const steps = [1, 2, 5, 10, 15, 25, 50, 75, 150, 300, 600, 1500, 3000, 9000, 18000];
  const samples = Math.ceil(leastMs / everyMs);
  return everyMs * (steps.find((step) => step >= samples) ?? samples);
}
