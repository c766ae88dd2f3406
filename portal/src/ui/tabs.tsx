import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";

export interface Tab {
  readonly id: string;
  readonly label: ReactNode;
  readonly content: ReactNode;
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  /** The tab that is shown, where the page keeps it; else the tabs do themselves. */
  readonly selected?: string | undefined;
  readonly onSelect?: (id: string) => void;
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** Tabs as WAI-ARIA has them: one stop for the tabulator, arrows between them. */
export function Tabs({ label, tabs, selected, onSelect }: TabsProps) {
  const [own, setOwn] = useState(tabs[0]?.id);
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const shown = tabs.find((each) => each.id === (selected ?? own)) ?? tabs[0];

  const select = (id: string) => {
    setOwn(id);
    onSelect?.(id);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const position = tabs.findIndex((each) => each.id === shown?.id);
    const step = STEPS[event.key];
    const target = step ? position + step : event.key === "Home" ? 0 : event.key === "End" ? -1 : null;
    const next = target === null ? undefined : tabs.at(target % tabs.length);
    if (next === undefined) return;
    event.preventDefault();
    select(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };

  return (
    <div className="tabs">
      <div className="tab-list" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map((each) => (
          <button
            key={each.id}
            type="button"
            role="tab"
            id={`${base}-${each.id}-tab`}
            data-tab={each.id}
            aria-selected={each.id === shown?.id}
            aria-controls={`${base}-${each.id}-panel`}
            tabIndex={each.id === shown?.id ? 0 : -1}
            onClick={() => select(each.id)}
          >
            {each.label}
          </button>
        ))}
      </div>
      {shown && (
        <div
          role="tabpanel"
          id={`${base}-${shown.id}-panel`}
          aria-labelledby={`${base}-${shown.id}-tab`}
          className="tab-panel"
          tabIndex={0}
        >
          {shown.content}
        </div>
      )}
    </div>
  );
}
