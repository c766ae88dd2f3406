/** What the hub answers to the explorer, as it stands in JSON. */
import type { Text } from "../i18n";

/** What becomes of a field. */
export type Outcome = "ALLOW" | "TRANSFORM" | "CONDITIONAL" | "WITHHOLD";

export interface Purpose extends Text {
  readonly id: string;
  /** What has to be named along with it. */
  readonly needs: readonly ("legalBasis" | "caseNo")[];
}

export interface Person {
  readonly subject: string;
  readonly name: string;
  readonly agency: string;
  readonly jurisdiction: string;
}

export interface SessionState {
  readonly signedIn: boolean;
  /** Whether the hub is a sample world, where anybody may sign in as anybody. */
  readonly development?: boolean;
  readonly person: Person | null;
  readonly purpose: string | null;
  readonly legalBasis?: string | null;
  readonly caseNo?: string | null;
  readonly expiresAt?: string | number | null;
  readonly purposes: readonly Purpose[];
}

/** A purpose with what has to be named along with it. */
export interface Asking {
  readonly purpose: string;
  readonly legalBasis?: string;
  readonly caseNo?: string;
}

export interface WouldHelp {
  readonly scopes: readonly string[];
  readonly purposes: readonly string[];
}

export interface PolicyVersion {
  readonly policyId: string;
  readonly version: number;
}

/** Why a field is withheld. */
export type Cause = "SCOPE" | "PURPOSE" | "DENIED" | "OTHERS" | "CONDITION" | "UNGRANTED" | "UNOWNED" | "STOPPED";

export interface Comparison {
  readonly field: string;
  readonly operator: "eq" | "ne" | "in" | "prefix" | "gte" | "lte" | "includes";
  /** A constant, or an attribute of whoever asks. */
  readonly value: string | number | boolean | readonly string[] | { readonly subject: string };
}

export interface Transform {
  readonly kind: "MASK" | "TRUNCATE" | "GENERALISE" | "HASH" | "NULL";
  readonly keepFirst?: number;
  readonly keepLast?: number;
  readonly to?: "MONTH" | "YEAR";
  readonly length?: number;
  readonly step?: number;
}

/** A way in which a value leaves: in the rows of `where` (an OR of ANDs; none: all), after `transform`. */
export interface Way {
  readonly transform: Transform | null;
  readonly where: readonly (readonly Comparison[])[];
}

/** What becomes of a field of the rows of some providers; of all rows if none is named. */
export interface AccessAnswer {
  readonly providers: readonly string[];
  readonly outcome: Outcome;
  readonly reason: string;
  readonly policies: readonly PolicyVersion[];
  readonly rules: readonly string[];
  readonly cause: Cause | null;
  readonly ground: { readonly reason: string; readonly legalBasis: string } | null;
  readonly ways: readonly Way[];
  readonly transforms: readonly string[];
  readonly wouldHelp: WouldHelp;
}

export interface FieldAccess {
  readonly outcome: Outcome;
  readonly sentence: string;
  readonly answers: readonly AccessAnswer[];
}

/** What the caller is given, by coordinate ("Type.field"). */
export interface Access {
  readonly purpose: string;
  readonly agency?: string;
  readonly jurisdiction?: string;
  readonly scopes?: readonly string[];
  readonly fields: Readonly<Record<string, FieldAccess>>;
}

export interface Sample {
  readonly id: string;
  readonly view: string;
  readonly title: Text;
  /** What the sample shows. */
  readonly about?: Text;
  readonly purpose?: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
}

/** An error of a GraphQL answer (GraphQL, section 7.1.2). */
export interface GraphQLFormattedError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}
