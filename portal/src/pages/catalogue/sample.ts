/** A small schema and catalogue, for the tests. */
import { buildSchema, introspectionFromSchema } from "graphql";

import { type Dictionary, dictionaryOf } from "./dictionary";
import type { Entry } from "./entries";

const SDL = `
"""Unified code, GB 32100. 统一代码"""
scalar Uscc @specifiedBy(url: "https://example.org/uscc")
"""Resident number; taken only. 身份号码"""
scalar ResidentId
scalar _Any
enum Grade { "Best. 最高" AA A }
"""A party. 主体"""
interface Party { "Name. 名称\\n\\nScopes: \`identity:read\`." name: String ratings(first: Int): RatingConnection }
type Enterprise implements Party {
  "Name. 名称\\n\\nScopes: \`identity:read\`." name: String
  "Code. 代码\\n\\nScopes: \`identity:read\`." uscc: Uscc!
  "Telephone. 电话\\n\\nScopes: \`identity:read\` and \`identity:personal\`." telephone: String
  ratings(first: Int): RatingConnection
}
type RatingConnection { edges: [RatingEdge!] totalCount: Int }
type RatingEdge { node: Rating cursor: String }
"""A rating. 信用等级"""
type Rating { "Grade. 等级\\n\\nScopes: \`credit:read\`." grade: Grade party: Party }
type Caller { client: String }
type Query {
  _entities(representations: [_Any!]!): String
  party(name: String): Party
  verify(residentId: ResidentId!): Boolean
  me: Caller
}
`;

const entry = (policyId: string, types: string[], over: Partial<Entry> = {}): Entry => ({
  catalogueId: `NO-${policyId}`,
  title: "企业信用",
  view: policyId.split("/")[1] ?? "",
  owner: { id: policyId.split("/")[0] ?? "", name: "海关", nameEn: "Customs", jurisdiction: "CN_GD" },
  shareClass: "CONDITIONAL",
  updateFrequency: "DAILY",
  legalBasis: null,
  terms: types.map((type) => ({ type, fields: [], purposes: [], scopes: [], obligations: [], legalBasis: null })),
  notShared: [],
  policyId,
  version: 1,
  digest: "sha256:00",
  validFrom: "2026-11-01T00:00:00+00:00",
  validUntil: "2027-11-01T00:00:00+00:00",
  ...over,
});

export const ENTRIES = [
  entry("customs/credit", ["Rating"]),
  entry("samr/identity", ["Enterprise"], { shareClass: "UNCONDITIONAL", title: "企业登记" }),
];
export const dictionary: Dictionary = dictionaryOf(introspectionFromSchema(buildSchema(SDL)), ENTRIES);
