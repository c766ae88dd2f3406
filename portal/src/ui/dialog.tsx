import { type ReactNode, useEffect, useId, useRef } from "react";

import { useText } from "../i18n";
import { CLOSE } from "../i18n/common";
import { Icon } from "./icon";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A modal dialog, shown for as long as it is rendered; Escape and its button close it. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const text = useText();
  const name = useId();
  const element = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (element.current?.open === false) element.current.showModal();
  }, []);

  return (
    <dialog className="dialog" ref={element} aria-labelledby={name} onClose={onClose}>
      <div className="dialog-head">
        <h2 id={name}>{title}</h2>
        <button type="button" className="button icon-only" onClick={onClose} aria-label={text(CLOSE)}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}
