import { useCallback, useEffect, useState } from "react";

import { HubError, post } from "../../hub/client";
import type { Difference } from "./changes";

export type ProposalState =
  | { readonly is: "waiting" | "comparing" | "empty" }
  | { readonly is: "failed"; readonly error: HubError }
  | { readonly is: "compared"; readonly difference: Difference };

export interface Proposal {
  readonly source: string;
  readonly setSource: (source: string) => void;
  readonly state: ProposalState;
  readonly compare: (source: string) => Promise<void>;
}

/** The source of a policy and what it would change; kept by the page, so that it is still there after a look elsewhere. */
export function useProposal(purpose: string): Proposal {
  const [source, setSource] = useState("");
  const [compared, setCompared] = useState("");
  const [state, setState] = useState<ProposalState>({ is: "waiting" });

  const compare = useCallback(
    async (policy: string) => {
      if (!policy.trim()) return setState({ is: "empty" });
      setState({ is: "comparing" });
      try {
        const difference = await post<Difference>("/explore/api/matrix/diff", { policy, purpose });
        setState({ is: "compared", difference });
        setCompared(policy);
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        setState({ is: "failed", error });
      }
    },
    [purpose],
  );

  // what is shown is for the purpose that is chosen
  useEffect(() => {
    if (compared) void compare(compared);
  }, [compare]);

  return { source, setSource, state, compare };
}
