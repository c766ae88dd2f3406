import { useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";

/** Give GraphiQL's editors the page's own type; they measure their letters, and do not read style sheets. */
export function useEditorOptions(): void {
  const { queryEditor, variableEditor, responseEditor } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    responseEditor: state.responseEditor,
  }));
  useEffect(() => {
    const fontFamily = getComputedStyle(document.documentElement).getPropertyValue("--mono");
    for (const each of [queryEditor, variableEditor, responseEditor]) {
      each?.updateOptions({
        fontFamily,
        fontSize: 13,
        lineHeight: 20,
        fixedOverflowWidgets: true,
        wordWrap: "on",
        // brackets of Chinese are not mistaken for others here
        unicodeHighlight: { ambiguousCharacters: false },
      });
    }
  }, [queryEditor, variableEditor, responseEditor]);
}
