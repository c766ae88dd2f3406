import { Component, type ReactNode } from "react";

import { useText } from "../i18n";
import { Notice } from "../ui";
import { BROKEN, BROKEN_ADVICE, RELOAD } from "./texts";

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

function Broken({ error }: { error: Error }) {
  const text = useText();
  return (
    <div className="page">
      <Notice
        kind="error"
        title={text(BROKEN)}
        actions={
          <button type="button" className="button" onClick={() => location.reload()}>
            {text(RELOAD)}
          </button>
        }
      >
        <p>{text(BROKEN_ADVICE)}</p>
        <p className="muted" lang="en">
          {error.message}
        </p>
      </Notice>
    </div>
  );
}
