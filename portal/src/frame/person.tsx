import { useEffect, useRef, useState } from "react";

import { useSession } from "../hub/session";
import { useText } from "../i18n";
import { SIGN_OUT } from "../i18n/common";
import { Icon } from "../ui";
import { AGENCY, DEVELOPMENT, JURISDICTION, OTHER_PERSON, PERSON } from "./texts";

/** Who is signed in; opened, with his agency and the ways out. */
export function PersonMenu() {
  const text = useText();
  const { session, signIn, signOut } = useSession();
  const [open, setOpen] = useState(false);
  const element = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return undefined;
    const outside = (event: Event) => {
      if (event.target instanceof Node && !element.current?.contains(event.target)) setOpen(false);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      button.current?.focus();
    };
    addEventListener("pointerdown", outside);
    addEventListener("focusin", outside);
    addEventListener("keydown", escape);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("focusin", outside);
      removeEventListener("keydown", escape);
    };
  }, [open]);

  const { person } = session;
  if (person === null) return null;
  return (
    <div className="person" ref={element}>
      <button
        type="button"
        ref={button}
        className="button quiet"
        aria-expanded={open}
        aria-controls="person"
        aria-label={`${text(PERSON)}: ${person.name}, ${person.agency}`}
        onClick={() => setOpen(!open)}
      >
        <Icon name="person" />
        <span className="person-name">{person.name}</span>
        <Icon name="chevron" />
      </button>
      <div id="person" className="person-card" hidden={!open}>
        <p className="muted">{text(PERSON)}</p>
        <p className="person-full">{person.name}</p>
        <dl className="facts">
          <dt>{text(AGENCY)}</dt>
          <dd>{person.agency}</dd>
          <dt>{text(JURISDICTION)}</dt>
          <dd>{person.jurisdiction}</dd>
        </dl>
        {session.development && <p className="muted person-note">{text(DEVELOPMENT)}</p>}
        <button type="button" className="button" onClick={() => signIn(session.purpose ?? undefined, true)}>
          <Icon name="person" />
          {text(OTHER_PERSON)}
        </button>
        <button type="button" className="button" onClick={() => void signOut()}>
          <Icon name="leave" />
          {text(SIGN_OUT)}
        </button>
      </div>
    </div>
  );
}
