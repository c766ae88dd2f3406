/** How GraphiQL asks: as the session's person, every answer told to the page. */
import type { GraphiQLProvider } from "@graphiql/react";
import { type ComponentProps, useEffect, useMemo, useRef } from "react";

import { graphql, HubError } from "../../hub/client";
import { useExplore } from "./state";

type Fetcher = ComponentProps<typeof GraphiQLProvider>["fetcher"];

const INTROSPECTION = "IntrospectionQuery";

export function useFetcher(): Fetcher {
  const explore = useExplore();
  const current = useRef(explore);
  useEffect(() => {
    current.current = explore;
  }, [explore]);

  return useMemo(
    () =>
      async ({ query, variables, operationName }) => {
        const told = operationName !== INTROSPECTION;
        if (told) current.current.begin();
        try {
          const answer = await graphql<unknown>(query, variables as Record<string, unknown> | undefined, {
            operationName: operationName ?? undefined,
          });
          if (told) current.current.end({ query, operationName: operationName ?? null }, answer);
          else current.current.recover();
          return answer.body as Record<string, unknown>;
        } catch (error) {
          if (!(error instanceof HubError)) throw error;
          current.current.fail(error);
          return { errors: [{ message: error.message }] } as unknown as Record<string, unknown>;
        }
      },
    [],
  );
}
