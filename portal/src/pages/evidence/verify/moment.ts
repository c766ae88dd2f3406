/** Moments are compared as the text that records write: UTC with six digits of a second. A `Date` has only three. */
const RECORDED = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\.\d{6}Z$/;
const DOCUMENTED = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})Z$/;

/** Whether a text is a moment as records, receipts and heads write it. */
export function isRecorded(text: unknown): text is string {
  return typeof text === "string" && exists(RECORDED.exec(text)?.[1]);
}

/** Whether a text is a moment as documents write it, to the second. */
export function isDocumented(text: unknown): text is string {
  return typeof text === "string" && exists(DOCUMENTED.exec(text)?.[1]);
}

/** Whether a recorded moment is within two documented ones, both included as in X.509. */
export function within(at: string, begins: string | null, ends: string | null): boolean {
  return (begins === null || recorded(begins) <= at) && (ends === null || at <= recorded(ends));
}

function recorded(documented: string): string {
  return documented.replace("Z", ".000000Z");
}

function exists(seconds: string | undefined): boolean {
  if (seconds === undefined) return false;
  const date = new Date(`${seconds}Z`);
  // a thirtieth of February becomes a day of March
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(seconds);
}
