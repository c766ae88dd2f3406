import { type FormEvent, useEffect, useState } from "react";

import { remembered } from "../hub/renewal";
import { useSession } from "../hub/session";
import { useText } from "../i18n";
import { hashOf, type PageName, PAGES } from "../routes";
import { Badge, Icon } from "../ui";
import { useAsking } from "./asking";
import {
  ABOUT,
  START_CHOOSE,
  START_INTRO,
  START_PURPOSE,
  START_SHOWS,
  START_SIGN_IN,
  START_TITLE,
  START_WHERE,
} from "./texts";

/** What somebody sees who is not signed in: what this is, and the way in. */
export function Start({ page }: { page: { readonly name: PageName } }) {
  const text = useText();
  useEffect(() => {
    document.title = "baygate";
  }, []);
  return (
    <div className="page start">
      <section className="start-lead">
        <h1>{text(START_TITLE)}</h1>
        <p>{text(START_INTRO)}</p>
        <p className="start-outcomes">
          <Badge outcome="ALLOW" />
          <Badge outcome="TRANSFORM" />
          <Badge outcome="CONDITIONAL" />
          <Badge outcome="WITHHOLD" />
        </p>
        <SignIn />
      </section>
      <section aria-labelledby="start-shows">
        <h2 id="start-shows">{text(START_SHOWS)}</h2>
        <ul className="start-pages">
          {PAGES.map((each) => (
            <li key={each.name} className="card" data-current={each.name === page.name}>
              <h3>
                <a href={hashOf(each.name)}>{text(each.title)}</a>
              </h3>
              <p className="muted">{text(ABOUT[each.name])}</p>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

/** The way in: a token is always for a purpose, so it is chosen before. */
function SignIn() {
  const text = useText();
  const { session } = useSession();
  const { askFor } = useAsking();
  const [purpose, setPurpose] = useState(remembered()?.purpose ?? "");

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    askFor(purpose);
  };

  return (
    <form className="start-form card" onSubmit={onSubmit}>
      <div className="field">
        <label htmlFor="start-purpose">{text(START_PURPOSE)}</label>
        <select
          id="start-purpose"
          className="select"
          required
          value={purpose}
          onChange={(event) => setPurpose(event.target.value)}
        >
          <option value="">{text(START_CHOOSE)}</option>
          {session.purposes.map((each) => (
            <option key={each.id} value={each.id}>
              {text(each)}
            </option>
          ))}
        </select>
      </div>
      <button type="submit" className="button primary large">
        <Icon name="person" />
        {text(START_SIGN_IN)}
      </button>
      <p className="muted">{text(START_WHERE)}</p>
    </form>
  );
}
