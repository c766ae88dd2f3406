import { useMonaco } from "@graphiql/react";
import { useEffect } from "react";

import { useTheme } from "../../ui";

/** The names under which GraphiQL's editors know their themes. */
const NAMES = { light: "graphiql-LIGHT", dark: "graphiql-DARK" } as const;

/** Give the editors the page's colours, read from its custom properties once they are those of the theme. */
export function useEditorTheme(): void {
  const { theme } = useTheme();
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    if (!monaco) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    const ink = (name: string) => colour(name).slice(1);
    monaco.editor.defineTheme(NAMES[theme], {
      base: theme === "dark" ? "vs-dark" : "vs",
      inherit: true,
      rules: [
        { token: "comment", foreground: ink("muted"), fontStyle: "italic" },
        { token: "keyword", foreground: ink("rows") },
        { token: "keyword.gql", foreground: ink("rows") },
        { token: "type.identifier.gql", foreground: ink("series-2") },
        { token: "argument.identifier.gql", foreground: ink("series-2") },
        { token: "key.identifier.gql", foreground: ink("accent") },
        { token: "string", foreground: ink("given") },
        { token: "string.key.json", foreground: ink("accent") },
        { token: "string.value.json", foreground: ink("given") },
        { token: "number", foreground: ink("series-1") },
        { token: "keyword.json", foreground: ink("series-3") },
      ],
      colors: {
        "editor.background": "#00000000",
        "editor.foreground": colour("text"),
        "editorLineNumber.foreground": colour("muted"),
        "editorLineNumber.activeForeground": colour("text"),
        "editorWidget.background": colour("raised"),
        "editorWidget.border": colour("line"),
        "editorHoverWidget.background": colour("raised"),
        "editorHoverWidget.border": colour("line-strong"),
        "editorSuggestWidget.background": colour("raised"),
        "editorSuggestWidget.selectedBackground": colour("accent-soft"),
        "editorSuggestWidget.selectedForeground": colour("text"),
        "list.hoverBackground": colour("sunken"),
        focusBorder: colour("focus"),
      },
    });
  }, [monaco, theme]);
}
