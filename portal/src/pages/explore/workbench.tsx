/** GraphiQL with the hub's own: the caller's access as a panel, samples above, and what became of the fields below. */
import "./workers";
import "@graphiql/react/style.css";
import "graphiql/graphiql.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "./graphiql.css";
import "./access.css";
import "./became.css";
import "./marks.css";

import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from "@graphiql/plugin-doc-explorer";
import { GraphiQLProvider, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { GraphiQL, GraphiQLInterface } from "graphiql";
import { Kind, parse } from "graphql";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";

import { useSession } from "../../hub/session";
import type { Sample } from "../../hub/types";
import { useText } from "../../i18n";
import { useTheme } from "../../ui";
import { AccessPanel } from "./access-panel";
import { Became } from "./became";
import { useEditorOptions } from "./editor-options";
import { useEditorTheme } from "./editor-theme";
import { useFetcher } from "./fetching";
import { Kept } from "./kept";
import { useResultMarks } from "./marking";
import { useQueryMarks } from "./marking-query";
import { usePlainTabs } from "./plain-tabs";
import { Samples } from "./samples";
import { useExplore } from "./state";
import { ACCESS } from "./texts";

/** The first of the panels' buttons. */
const ACCESS_BUTTON = '.graphiql-sidebar button[data-index="0"]';
const NARROW = "(max-width: 960px)";

export default function Workbench() {
  const text = useText();
  const { session } = useSession();
  const person = session.person?.subject ?? "";
  const fetcher = useFetcher();
  const storage = useMemo(() => new Kept(person), [person]);
  const title = text(ACCESS);
  const plugins = useMemo(() => [{ title, icon: AccessIcon, content: AccessPanel }, DOC_EXPLORER_PLUGIN], [title]);
  return (
    <GraphiQLProvider
      fetcher={fetcher}
      storage={storage}
      plugins={plugins}
      {...(matchMedia(NARROW).matches ? {} : { visiblePlugin: plugins[0] })}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      defaultQuery=""
    >
      <DocExplorerStore>
        <Bench accessTitle={title} />
      </DocExplorerStore>
    </GraphiQLProvider>
  );
}

function Bench({ accessTitle }: { accessTitle: string }) {
  const { theme } = useTheme();
  const { run, introspect } = useGraphiQLActions();
  const schema = useGraphiQL((state) => state.schema);
  const { offer, choose } = useSamples();
  const show = useResultMarks();
  useIntrospectionForPurpose();
  useEditorOptions();
  useEditorTheme();
  useQueryMarks();
  const bench = useRef<HTMLDivElement>(null);
  usePlainTabs(bench);
  useAccessPanel(accessTitle, bench);
  return (
    <div className="bench" ref={bench}>
      <Samples onChoose={choose} onOffer={offer} />
      <GraphiQLInterface
        isHeadersEditorEnabled={false}
        defaultEditorToolsVisibility="variables"
        forcedTheme={theme}
        showPersistHeadersSettings={false}
      >
        <GraphiQL.Logo>{null}</GraphiQL.Logo>
        <GraphiQL.Footer>
          <Became onRun={() => void (schema ? run() : introspect())} onShow={show} />
        </GraphiQL.Footer>
      </GraphiQLInterface>
    </div>
  );
}

/** How samples come into the editor: offered if it is empty, or chosen and run, as soon as the editors are there. */
function useSamples() {
  const { run, setOperationFacts } = useGraphiQLActions();
  const { queryEditor, variableEditor, responseEditor } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    responseEditor: state.responseEditor,
  }));
  const [chosen, choose] = useState<Sample | null>(null);
  const load = useCallback(
    ({ query, variables }: Sample) => {
      queryEditor?.setValue(query);
      variableEditor?.setValue(JSON.stringify(variables ?? {}, null, 2));
      setOperationFacts(factsOf(query));
    },
    [queryEditor, variableEditor, setOperationFacts],
  );
  const offer = useCallback(
    (sample: Sample) => {
      if (queryEditor && variableEditor && queryEditor.getValue().trim() === "") load(sample);
    },
    [queryEditor, variableEditor, load],
  );
  useEffect(() => {
    if (chosen === null || !(queryEditor && variableEditor && responseEditor)) return;
    choose(null);
    load(chosen);
    void run();
  }, [chosen, queryEditor, variableEditor, responseEditor, load, run]);
  return { offer, choose };
}

/** What GraphiQL finds out about a query that is written by hand, only later than a sample is run. */
function factsOf(query: string) {
  const documentAST = parse(query);
  const operations = documentAST.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  const operationName = operations[0]?.name?.value;
  return { documentAST, operations, ...(operationName === undefined ? {} : { operationName }) };
}

/** The schema follows the caller's access, so it is asked for anew with another purpose. */
function useIntrospectionForPurpose(): void {
  const { introspect } = useGraphiQLActions();
  const { session } = useSession();
  const before = useRef(session.purpose);
  useEffect(() => {
    if (before.current === session.purpose) return;
    before.current = session.purpose;
    void introspect();
  }, [introspect, session.purpose]);
}

/** Keep "My access" open when its name changes with the language, and open it for a field that is to be shown. */
function useAccessPanel(title: string, bench: RefObject<HTMLElement | null>): void {
  const { setVisiblePlugin } = useGraphiQLActions();
  const { field } = useExplore();
  const visible = useGraphiQL(({ visiblePlugin }) => visiblePlugin);
  const open = visible?.content === AccessPanel;
  const stale = open && visible.title !== title;
  useEffect(() => {
    if (stale) setVisiblePlugin(title);
  }, [stale, title, setVisiblePlugin]);

  const shut = useRef(!open);
  shut.current = !open;
  useEffect(() => {
    // GraphiQL makes room for a panel only when its button is pressed
    if (field !== null && shut.current) bench.current?.querySelector<HTMLElement>(ACCESS_BUTTON)?.click();
  }, [field, bench]);
}

function AccessIcon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.3" aria-hidden="true">
      <path d="M8 1.5l5.5 2v4c0 3.5-2.3 5.8-5.5 7-3.2-1.2-5.5-3.5-5.5-7v-4zM5.5 8l2 2 3-4" />
    </svg>
  );
}
