import type { Text } from "../../i18n";
import type { TrustEntry } from "./lists";

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const YEAR = 365 * DAY;

/** What ends within this time should be seen to now: a new list takes several bodies to sign it. */
const SOON = 30 * DAY;

export type Standing = "good" | "soon" | "over";

/** How it stands with what holds until a moment; without one it holds until further notice. */
export function standingOf(until: string | null, now: number): Standing {
  if (until === null) return "good";
  const left = Date.parse(until) - now;
  if (left <= 0) return "over";
  return left <= SOON ? "soon" : "good";
}

export type EntryStanding = Standing | "not yet";

/** How it stands with an entry: what the hub holds for over is over, whatever the clock of this machine says. */
export function entryStanding(entry: TrustEntry, now: number): EntryStanding {
  if (!entry.valid) return Date.parse(entry.validFrom) > now ? "not yet" : "over";
  const standing = standingOf(entry.validUntil, now);
  return standing === "over" ? "soon" : standing;
}

/** How long it is from now until a moment, or since then, in the largest unit that fits. */
export function distance(moment: string, now: number): Text {
  const away = Date.parse(moment) - now;
  const far = Math.abs(away);
  const units: [number, string, string][] = [
    [YEAR, "年", "year"],
    [DAY, "天", "day"],
    [HOUR, "小时", "hour"],
    [MINUTE, "分钟", "minute"],
  ];
  const [size, zh, en] = units.find(([least]) => far >= least) ?? [MINUTE, "分钟", "minute"];
  const count = Math.floor(far / size);
  const english = `${count} ${en}${count === 1 ? "" : "s"}`;
  return away >= 0
    ? { zh: `还有 ${count} ${zh}`, en: `in ${english}` }
    : { zh: `已过 ${count} ${zh}`, en: `${english} ago` };
}

/** How old evidence may be, in the largest unit of which it has at least two. */
export function span(seconds: number): Text {
  const units: [number, string, string][] = [
    [YEAR, "年", "years"],
    [DAY, "天", "days"],
    [HOUR, "小时", "hours"],
  ];
  const long = seconds * 1000;
  const [size, zh, en] = units.find(([least]) => long >= 2 * least) ?? [MINUTE, "分钟", "minutes"];
  const count = Math.round(long / size);
  return { zh: `${count} ${zh}`, en: `${count} ${en}` };
}

/** A moment as people read it: in UTC, to the minute. */
export function moment(text: string): string {
  return `${new Date(text).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
