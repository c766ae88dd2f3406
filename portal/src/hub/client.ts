/** The hub, asked as the person whose session this is: by cookie, from this page alone. */
import { remembered, renew } from "./renewal";
import type { GraphQLFormattedError } from "./types";

/** A hub that did not answer as asked: what happened, and in `message` what to do. */
export class HubError extends Error {
  override readonly name = "HubError";

  constructor(
    readonly status: number,
    readonly error: string,
    message: string,
    /** Seconds after which to try again, where the hub says so. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

export interface GraphQLAnswer<T> {
  readonly data: T | null;
  readonly errors: readonly GraphQLFormattedError[];
  readonly extensions: Readonly<Record<string, unknown>>;
  /** The receipt's id, where the hub recorded the answer. */
  readonly receipt: string | null;
  /** The `Server-Timing` header as it came. */
  readonly timing: string | null;
  /** The body as it came. */
  readonly body: unknown;
}

export interface AskOptions {
  readonly operationName?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const HEADERS = { "Baygate-Explorer": "1", accept: "application/json" };

export async function graphql<T>(
  query: string,
  variables?: Readonly<Record<string, unknown>>,
  { operationName, signal }: AskOptions = {},
): Promise<GraphQLAnswer<T>> {
  const response = await ask("/explore/graphql", {
    method: "POST",
    headers: { ...HEADERS, "content-type": "application/json" },
    body: JSON.stringify({ query, variables, operationName }),
    signal: signal ?? null,
  });
  const body = await json(response);
  if (!isAnswer(body)) throw failure(response, body);
  return {
    data: (body.data ?? null) as T | null,
    errors: body.errors ?? [],
    extensions: body.extensions ?? {},
    receipt: receiptOf(response.headers.get("Baygate-Receipt")),
    timing: response.headers.get("Server-Timing"),
    body,
  };
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return read<T>(await ask(path, { headers: HEADERS, signal: signal ?? null }));
}

export async function post<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return read<T>(
    await ask(path, {
      method: "POST",
      headers: { ...HEADERS, "content-type": "application/json" },
      body: JSON.stringify(body ?? {}),
      signal: signal ?? null,
    }),
  );
}

/** Send a request; a session that ran out is renewed once and the request sent again. */
async function ask(path: string, init: RequestInit): Promise<Response> {
  const send = () => fetch(path, { ...init, credentials: "same-origin" });
  const response = await reached(send);
  if (response.status !== 401 || !(await renew(remembered()))) return response;
  return reached(send);
}

async function reached(send: () => Promise<Response>): Promise<Response> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new HubError(0, "unreachable", "The hub cannot be reached: see whether it runs, and try again.");
  }
}

/** The id in a `Baygate-Receipt` header, which is a structured dictionary (RFC 9651): `id="1-2", leaf="..."`. */
export function receiptOf(header: string | null): string | null {
  return header?.match(/(?:^|,)\s*id="([^"]*)"/)?.[1] ?? null;
}

async function read<T>(response: Response): Promise<T> {
  const body = await json(response);
  if (!response.ok) throw failure(response, body);
  return body as T;
}

async function json(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

interface Answered {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Whether a body is a GraphQL answer; a request that was refused may carry one too, with errors alone. */
function isAnswer(body: unknown): body is Answered {
  return typeof body === "object" && body !== null && ("data" in body || Array.isArray((body as Answered).errors));
}

function failure(response: Response, body: unknown): HubError {
  const told = (body ?? {}) as { error?: unknown; message?: unknown; error_description?: unknown };
  const after = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  return new HubError(
    response.status,
    typeof told.error === "string" ? told.error : `HTTP ${response.status}`,
    String(told.message ?? told.error_description ?? response.statusText),
    Number.isNaN(after) ? null : after,
  );
}
