/** Marks in the query: beside each field that is not given in full, before it is asked for. */
import { useGraphiQL } from "@graphiql/react";
import { type DocumentNode, type GraphQLSchema, parse } from "graphql";
import type { editor } from "monaco-editor";
import { useEffect } from "react";

import { merged } from "../../access/merged";
import { answerText } from "../../access/words";
import type { Access, FieldAccess, Outcome } from "../../hub/types";
import { type Text, useText } from "../../i18n";
import { OUTCOMES } from "../../i18n/common";
import { type Selected, selectedBy } from "./selected";
import { useExplore } from "./state";
import { SYMBOLS } from "./symbols";

const SETTLED_MS = 250;
const WORST: readonly Outcome[] = ["ALLOW", "TRANSFORM", "CONDITIONAL", "WITHHOLD"];

export function useQueryMarks(): void {
  const text = useText();
  const { access } = useExplore();
  const { queryEditor, schema } = useGraphiQL(({ queryEditor, schema }) => ({ queryEditor, schema }));

  useEffect(() => {
    const known = access.data;
    if (!queryEditor || !schema || known === null) return undefined;
    const collection = queryEditor.createDecorationsCollection();
    const draw = () => {
      const document = parsed(queryEditor.getValue());
      if (document) collection.set(decorations(document, schema, known, queryEditor, text));
    };
    let timer = setTimeout(draw, 0);
    const listening = queryEditor.onDidChangeModelContent(() => {
      clearTimeout(timer);
      timer = setTimeout(draw, SETTLED_MS);
    });
    return () => {
      clearTimeout(timer);
      listening.dispose();
      collection.clear();
    };
  }, [queryEditor, schema, access.data, text]);
}

/** The document, or null as long as it is being written. */
function parsed(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null;
  }
}

function decorations(
  document: DocumentNode,
  schema: GraphQLSchema,
  access: Access,
  editor: editor.IStandaloneCodeEditor,
  text: (text: Text) => string,
): editor.IModelDeltaDecoration[] {
  const model = editor.getModel();
  if (model === null) return [];
  const operations = document.definitions.filter((each) => each.kind === "OperationDefinition");
  const selected = operations.flatMap((each) => selectedBy(document, schema, each.name?.value));
  return selected.flatMap((field) => {
    const decided = decidedOf(field, access);
    const outcome = worstOf(decided.map(([, each]) => each));
    if (outcome === "ALLOW") return [];
    const start = model.getPositionAt(field.at);
    const end = model.getPositionAt(field.at + field.length);
    return [
      {
        range: {
          startLineNumber: start.lineNumber,
          startColumn: start.column,
          endLineNumber: end.lineNumber,
          endColumn: end.column,
        },
        options: {
          inlineClassName: `asked asked-${outcome}`,
          hoverMessage: decided.map(([coordinate, each]) => ({ value: hoverOf(coordinate, each, text) })),
          after: { content: SYMBOLS[outcome], inlineClassName: `asked-mark mark-${outcome}` },
        },
      },
    ];
  });
}

/** What is decided of a field, on each concrete type on which it can stand. */
function decidedOf({ owners, field }: Selected, access: Access): readonly (readonly [string, FieldAccess])[] {
  return owners.flatMap((owner) => {
    const decided = access.fields[`${owner}.${field}`];
    return decided ? [[`${owner}.${field}`, decided] as const] : [];
  });
}

function worstOf(decided: readonly FieldAccess[]): Outcome {
  return WORST[Math.max(0, ...decided.map(({ outcome }) => WORST.indexOf(outcome)))] ?? "ALLOW";
}

function hoverOf(coordinate: string, { outcome, answers }: FieldAccess, text: (text: Text) => string): string {
  const why = merged(answers).map((each) => text(answerText(each)));
  return [`**${coordinate}** · ${text(OUTCOMES[outcome])}`, ...why].join("\n\n");
}
