/** Parts of the explorer that are fetched only when they are shown. */

/** A part that could not be fetched: a newer build may have taken its place, or the hub cannot be reached. */
export class NotFetched extends Error {
  override readonly name = "NotFetched";

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** What `load` imports; it fails as `NotFetched`, since browsers do not agree on what they say. */
export async function fetched<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new NotFetched(error);
  }
}
