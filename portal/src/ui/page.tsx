import { type ReactNode, useEffect } from "react";

interface PageProps {
  readonly title: string;
  /** One or two sentences: what this page shows. */
  readonly intro?: ReactNode;
  /** Controls that hold for the whole page, beside its title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, intro, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · baygate`;
  }, [title]);
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{title}</h1>
          {intro !== undefined && <p className="page-intro">{intro}</p>}
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
