/** Marks in the result: what is not given in full, on the line on which it would stand. */
import { useGraphiQL } from "@graphiql/react";
import { type GraphQLSchema, parse } from "graphql";
import type { editor } from "monaco-editor";
import { useEffect, useMemo } from "react";

import type { Access } from "../../hub/types";
import { type Text, useText } from "../../i18n";
import { type Mark, marksOf } from "./placing";
import { selectedBy } from "./selected";
import { type Answered, useExplore } from "./state";
import { SYMBOLS } from "./symbols";
import { MARK_ACTION, MARKS, MAY_BE_MASKED } from "./texts";
import { OUTCOME_OF, type Told } from "./told";
import { accessOf, whyOf } from "./why";

/** More would slow the editor down; the list beneath the result tells them all. */
const MOST = 1000;

/** Mark the lines of the result; returns the function that shows where something stands. */
export function useResultMarks(): (told: Told) => void {
  const text = useText();
  const { answered, access, explain } = useExplore();
  const { responseEditor, schema } = useGraphiQL(({ responseEditor, schema }) => ({ responseEditor, schema }));
  const marks = useMemo(() => (answered && schema ? marksIn(answered, schema) : []), [answered, schema]);

  useEffect(() => {
    if (!responseEditor || !answered) return undefined;
    const known = accessOf(answered, access.data);
    const collection = responseEditor.createDecorationsCollection();
    const draw = () => {
      const shown = responseEditor.getValue() === answered.text;
      collection.set(shown ? marks.slice(0, MOST).map((mark) => decoration(mark, known, text)) : []);
    };
    draw();
    const listening = responseEditor.onDidChangeModelContent(draw);
    return () => {
      listening.dispose();
      collection.clear();
    };
  }, [responseEditor, answered, marks, text, access.data]);

  useEffect(() => {
    if (!responseEditor) return undefined;
    const explainLine = (line: number | undefined) => {
      const told = marks.find((each) => each.line === line)?.told[0];
      if (told) explain(told.id);
    };
    const disposables = [
      responseEditor.onMouseUp((event) => {
        if (event.target.element?.classList.contains("mark")) explainLine(event.target.position?.lineNumber);
      }),
      responseEditor.addAction({
        id: "explain-line",
        label: text(MARK_ACTION),
        keybindings: [ENTER],
        run: () => explainLine(responseEditor.getPosition()?.lineNumber),
      }),
    ];
    return () => disposables.forEach((each) => each.dispose());
  }, [responseEditor, marks, explain, text]);

  return useMemo(
    () => (told: Told) => {
      const line = marks.find((each) => each.told.some(({ id }) => id === told.id))?.line;
      if (!responseEditor || line === undefined) return;
      responseEditor.revealLineInCenter(line);
      responseEditor.setPosition({ lineNumber: line, column: 1 });
      responseEditor.focus();
    },
    [responseEditor, marks],
  );
}

/** Monaco's number of the Enter key (`KeyCode.Enter`); its module is loaded later than this one. */
const ENTER = 3;

function marksIn({ answer, told, asked }: Answered, schema: GraphQLSchema): readonly Mark[] {
  try {
    return marksOf(answer.body, told, selectedBy(parse(asked.query), schema, asked.operationName));
  } catch {
    return marksOf(answer.body, told, []); // what cannot be parsed was refused, and has no rows
  }
}

function decoration(
  { line, told, sure }: Mark,
  access: Access | null,
  text: (text: Text) => string,
): editor.IModelDeltaDecoration {
  const [first] = told;
  const kind = first?.kind ?? "withheld";
  const said = text(sure || kind !== "masked" || alike(first, access) ? MARKS[kind] : MAY_BE_MASKED);
  return {
    range: { startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: Number.MAX_SAFE_INTEGER },
    options: {
      className: `marked marked-${OUTCOME_OF[kind]}`,
      isWholeLine: true,
      hoverMessage: told.map((each) => ({ value: hoverOf(each, access, text) })),
      after: {
        content: unbroken(` ${SYMBOLS[OUTCOME_OF[kind]]} ${said}`),
        inlineClassName: `mark mark-${OUTCOME_OF[kind]}`,
      },
    },
  };
}

/** Whether all providers transform the field, so that it does not matter whose row it is in. */
function alike(told: Told | undefined, access: Access | null): boolean {
  const answers = access?.fields[told?.coordinate ?? ""]?.answers ?? [];
  return answers.length > 0 && answers.every(({ ways }) => ways.every(({ transform }) => transform !== null));
}

function hoverOf(told: Told, access: Access | null, text: (text: Text) => string): string {
  const why = whyOf(told, access).map(text).join(" ");
  const rules = told.rules.map((each) => `\`${each}\``).join(", ");
  return [told.coordinate ? `**${told.coordinate}**` : "", why, rules].filter(Boolean).join("\n\n");
}

/** With spaces at which no line is broken. */
function unbroken(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}
