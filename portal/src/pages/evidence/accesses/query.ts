import { graphql, HubError } from "../../../hub/client";
import type { GraphQLFormattedError } from "../../../hub/types";

/** One access, as the hub's schema has it. */
export interface Access {
  readonly id: string;
  readonly index: string;
  readonly at: string;
  readonly client: string;
  readonly agency: string;
  readonly party: string | null;
  readonly jurisdiction: string | null;
  readonly purpose: string;
  readonly legalBasis: string | null;
  readonly caseNo: string | null;
  readonly operationName: string | null;
  readonly provider: string;
  readonly status: string;
  readonly subjects: readonly Subject[];
  readonly released: readonly string[];
  readonly masked: readonly string[];
  readonly conditional: readonly string[];
  readonly withheld: readonly string[];
}

interface Subject {
  readonly party: string | null;
  readonly rows: readonly { readonly type: string; readonly count: number }[];
}

/** Which accesses; "" is no condition. `from` and `to` are days (UTC), both included. */
export interface Filters {
  readonly party: string;
  readonly agency: string;
  readonly purpose: string;
  readonly from: string;
  readonly to: string;
}

export const NO_FILTERS: Filters = { party: "", agency: "", purpose: "", from: "", to: "" };
export const PAGE = 100;

const DAY = 86_400_000;
const QUERY = `query Accesses(
  $party: PartyId, $agency: AgencyId, $purpose: String, $since: DateTime, $until: DateTime, $first: Int!, $after: ID
) {
  accesses(
    party: $party, agency: $agency, purpose: $purpose, since: $since, until: $until, first: $first, after: $after
  ) {
    id index at client agency party jurisdiction purpose legalBasis caseNo operationName provider status
    subjects { party rows { type count } }
    released masked conditional withheld
  }
}`;

export interface AccessPage {
  /** Null where the hub does not tell; `errors` say why. */
  readonly accesses: readonly Access[] | null;
  readonly errors: readonly GraphQLFormattedError[];
}

export async function askAccesses(filters: Filters, after: string | null): Promise<AccessPage> {
  const variables = { ...conditions(filters), first: PAGE, ...(after === null ? {} : { after }) };
  const { data, errors } = await graphql<{ accesses: readonly Access[] | null }>(QUERY, variables);
  return { accesses: data?.accesses ?? null, errors };
}

/** All accesses as a file, one JSON object a line, as the hub writes it. */
export async function downloadAccesses(filters: Filters): Promise<Blob> {
  const query = new URLSearchParams(conditions(filters)).toString();
  const address = `/explore/hub/audit/accesses${query && `?${query}`}`;
  const response = await fetch(address, { headers: { "Baygate-Explorer": "1" }, credentials: "same-origin" });
  if (!response.ok) {
    const told = (await response.json().catch(() => ({}))) as Record<string, string | undefined>;
    const message = told["message"] ?? told["error_description"] ?? response.statusText;
    throw new HubError(response.status, told["error"] ?? `HTTP ${response.status}`, message);
  }
  return response.blob();
}

/** Filters as the hub has them: `until` is the first moment that is not included. */
export function conditions({ from, to, ...others }: Filters): Record<string, string> {
  const until = to && new Date(Date.parse(`${to}T00:00:00Z`) + DAY).toISOString();
  const said = { ...others, since: from && `${from}T00:00:00Z`, until };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== ""));
}
