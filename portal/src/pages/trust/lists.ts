import { graphql, HubError } from "../../hub/client";

export interface TrustEntry {
  readonly id: string;
  readonly name: string;
  readonly validFrom: string;
  readonly validUntil: string | null;
  readonly valid: boolean;
  readonly rootSubject: string;
  readonly rootFingerprint: string;
  readonly issuingSubject: string;
  readonly issuingFingerprint: string;
  readonly typeName: string;
  readonly policyArc: string;
  readonly assurance: number;
  readonly revocation: "CRL" | "OCSP" | "EITHER";
  readonly freshness: number;
  readonly admitsScopes: readonly string[];
  readonly admitsPurposes: readonly string[];
}

export interface TrustList {
  readonly jurisdiction: string | null;
  readonly scheme: "PUBLISHED" | "CONFIGURED";
  readonly title: string | null;
  readonly sequence: number;
  readonly issuedAt: string;
  readonly nextUpdate: string;
  readonly digest: string;
  readonly signers: readonly string[];
  readonly entries: readonly TrustEntry[];
}

const QUERY = `query TrustLists {
  trustLists {
    jurisdiction scheme title sequence issuedAt nextUpdate digest signers
    entries {
      id name validFrom validUntil valid rootSubject rootFingerprint issuingSubject issuingFingerprint
      typeName policyArc assurance revocation freshness admitsScopes admitsPurposes
    }
  }
}`;

/** Ask for the trust lists that are in force. */
export async function askLists(signal: AbortSignal): Promise<readonly TrustList[]> {
  const { data, errors } = await graphql<{ trustLists: TrustList[] | null }>(QUERY, {}, { signal });
  if (!data?.trustLists) throw new HubError(200, "no_lists", errors[0]?.message ?? "The hub gave no trust lists.");
  return data.trustLists;
}
