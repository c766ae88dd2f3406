import { graphql, HubError } from "../../hub/client";

export interface Owner {
  readonly id: string;
  readonly name: string | null;
  readonly nameEn: string | null;
  readonly jurisdiction: string | null;
}

export type ShareClass = "UNCONDITIONAL" | "CONDITIONAL" | "NOT_SHARED";

export interface Terms {
  readonly type: string;
  readonly fields: string[];
  readonly purposes: string[];
  readonly scopes: string[];
  readonly obligations: string[];
  readonly legalBasis: string | null;
}

export interface NotShared {
  readonly type: string;
  readonly fields: string[];
  readonly reason: string;
  readonly legalBasis: string;
}

/** What one agency shares of one view, by its policy in force. */
export interface Entry {
  readonly catalogueId: string;
  readonly title: string | null;
  readonly view: string;
  readonly owner: Owner;
  readonly shareClass: ShareClass;
  readonly updateFrequency: string;
  readonly legalBasis: string | null;
  readonly terms: Terms[];
  readonly notShared: NotShared[];
  readonly policyId: string;
  readonly version: number;
  readonly digest: string;
  readonly validFrom: string;
  readonly validUntil: string;
}

const PAGE = 100;
const QUERY = `query Catalogue($first: Int!, $after: String) {
  catalogue(first: $first, after: $after) {
    catalogueId title view shareClass updateFrequency legalBasis policyId version digest validFrom validUntil
    owner { id name nameEn jurisdiction }
    terms { type fields purposes scopes obligations legalBasis }
    notShared { type fields reason legalBasis }
  }
}`;

/** Ask for all of the catalogue, page by page. */
export async function askEntries(signal: AbortSignal): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (;;) {
    const after = entries.at(-1)?.policyId;
    const { data, errors } = await graphql<{ catalogue: Entry[] | null }>(QUERY, { first: PAGE, after }, { signal });
    const page = data?.catalogue;
    if (!page) throw new HubError(200, "no_catalogue", errors[0]?.message ?? "The hub gave no catalogue.");
    entries.push(...page);
    if (page.length < PAGE) return entries;
  }
}

export function typesOf(entry: Entry): string[] {
  return [...new Set([...entry.terms, ...entry.notShared].map((each) => each.type))];
}
