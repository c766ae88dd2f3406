import { getIntrospectionQuery, type IntrospectionQuery } from "graphql";

import { graphql, HubError } from "../../hub/client";
import { type Dictionary, dictionaryOf } from "./dictionary";
import { askEntries, type Entry } from "./entries";

export interface Catalogue {
  readonly introspection: IntrospectionQuery;
  readonly entries: readonly Entry[];
  readonly dictionary: Dictionary;
}

const INTROSPECTION = getIntrospectionQuery({ specifiedByUrl: true, directiveIsRepeatable: true });

/** Ask for what is shared, and for the schema as the caller's access shows it. */
export async function askCatalogue(signal: AbortSignal): Promise<Catalogue> {
  const asked = graphql<IntrospectionQuery>(INTROSPECTION, {}, { operationName: "IntrospectionQuery", signal });
  const [entries, { data, errors }] = await Promise.all([askEntries(signal), asked]);
  if (!data) throw new HubError(200, "no_schema", errors[0]?.message ?? "The hub shows no schema.");
  return { introspection: data, entries, dictionary: dictionaryOf(data, entries) };
}

/** Save the schema as SDL in a file. */
export async function saveSdl(introspection: IntrospectionQuery): Promise<void> {
  const { buildClientSchema, printSchema } = await import("graphql");
  const sdl = printSchema(buildClientSchema(introspection));
  const address = URL.createObjectURL(new Blob([`${sdl}\n`], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = "baygate.graphql";
  link.click();
  // the browser may read it after the click has returned
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
