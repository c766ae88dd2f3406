/** The frame of every page: the header, and beneath it the page that the address names. */
import { Suspense, useRef } from "react";

import { Boundary } from "./frame/boundary";
import { Header } from "./frame/header";
import { Start } from "./frame/start";
import { SKIP } from "./frame/texts";
import { useSession } from "./hub/session";
import { useText } from "./i18n";
import { PAGES, useRoute } from "./routes";
import { Failure, Spinner } from "./ui";

export function App() {
  const text = useText();
  const main = useRef<HTMLElement>(null);
  const { page } = useRoute();
  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        {text(SKIP)}
      </button>
      <Header page={page} />
      <main ref={main} tabIndex={-1} className="main" data-page={page}>
        <Boundary key={page}>
          <Current />
        </Boundary>
      </main>
    </>
  );
}

function Current() {
  const { session, loading, error, refresh } = useSession();
  const { page } = useRoute();
  const entry = PAGES.find((each) => each.name === page);
  if (loading) return <Spinner />;
  if (error || entry === undefined) {
    return <div className="page">{error && <Failure error={error} onRetry={() => void refresh()} />}</div>;
  }
  if (!session.signedIn) return <Start page={entry} />;
  // another person begins with nothing of what was shown to the one before
  return (
    <Suspense fallback={<Spinner />}>
      <entry.component key={session.person?.subject} />
    </Suspense>
  );
}
