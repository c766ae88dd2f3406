import "./explore.css";

import { lazy, Suspense, useEffect } from "react";

import { fetched } from "../../fetched";
import { useText } from "../../i18n";
import { Spinner } from "../../ui";
import { ExploreProvider } from "./state";
import { EDITOR_LOADING, TITLE } from "./texts";

const Workbench = lazy(() => fetched(() => import("./workbench")));

export default function Explore() {
  const text = useText();
  useEffect(() => {
    document.title = `${text(TITLE)} · baygate`;
  }, [text]);
  return (
    <ExploreProvider>
      <div className="explore">
        <h1 className="visually-hidden">{text(TITLE)}</h1>
        <Suspense fallback={<Spinner label={text(EDITOR_LOADING)} />}>
          <Workbench />
        </Suspense>
      </div>
    </ExploreProvider>
  );
}
