import { Component, type ReactNode } from "react";

import { NotFetched } from "../fetched";
import { useText } from "../i18n";
import { Notice } from "../ui";
import { BROKEN, BROKEN_ADVICE, NOT_FETCHED, NOT_FETCHED_ADVICE, RELOAD } from "./texts";

/** Keeps the frame when a page breaks, and says so. */
export class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    return this.state.error === null ? this.props.children : <Broken error={this.state.error} />;
  }
}

export function Broken({ error }: { error: Error }) {
  const text = useText();
  const [title, advice] = error instanceof NotFetched ? [NOT_FETCHED, NOT_FETCHED_ADVICE] : [BROKEN, BROKEN_ADVICE];
  return (
    <div className="page">
      <Notice
        kind="error"
        title={text(title)}
        actions={
          <button type="button" className="button" onClick={() => location.reload()}>
            {text(RELOAD)}
          </button>
        }
      >
        <p>{text(advice)}</p>
        <p className="muted" lang="en">
          {error.message}
        </p>
      </Notice>
    </div>
  );
}
