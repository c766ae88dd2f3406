const ID = /^\d{1,18}-\d{1,18}$/;
const IN_HEADER = /(?:^|[\s,:])id="(\d{1,18}-\d{1,18})"/;

/** The number of the record that somebody names, alone or within `Baygate-Receipt`; null if he names none. */
export function idOf(given: string): string | null {
  const text = given.trim();
  return ID.test(text) ? text : (IN_HEADER.exec(text)?.[1] ?? null);
}

/** Whether it is more than a number: then it is verified as what came with the answer. */
export function isHeader(given: string): boolean {
  const text = given.trim();
  return text !== "" && !ID.test(text);
}
