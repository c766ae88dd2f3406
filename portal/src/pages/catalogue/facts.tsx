import type { ReactNode } from "react";

import "./facts.css";

/** Names and what stands for them, side by side as far as they have room. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="facts">{children}</dl>;
}

interface FactProps {
  readonly label: ReactNode;
  /** Whether it takes a line of its own. */
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** One fact; none where there is nothing to tell. */
export function Fact({ label, wide, children }: FactProps) {
  if (children === null || children === undefined || children === "" || children === false) return null;
  return (
    <div className={wide ? "facts-wide" : undefined}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Short names in a row. */
export function Chips({ children }: { children: ReactNode }) {
  return <ul className="chips">{children}</ul>;
}
