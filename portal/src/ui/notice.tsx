import type { ReactNode } from "react";

import { Icon, type IconName } from "./icon";

type Kind = "info" | "good" | "warn" | "error";

const ICONS: Record<Kind, IconName> = { info: "info", good: "given", warn: "warn", error: "error" };

interface NoticeProps {
  readonly kind: Kind;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  /** What can be done about it: buttons or links. */
  readonly actions?: ReactNode;
}

/** Something that whoever looks at the page has to be told; read out when it appears. */
export function Notice({ kind, title, children, actions }: NoticeProps) {
  return (
    <div className="notice" data-kind={kind} role={kind === "error" ? "alert" : "status"}>
      <Icon name={ICONS[kind]} />
      <div className="notice-body">
        {title !== undefined && <p className="notice-title">{title}</p>}
        {children !== undefined && <div>{children}</div>}
        {actions !== undefined && <div className="actions">{actions}</div>}
      </div>
    </div>
  );
}
