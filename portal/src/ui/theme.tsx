/** Light or dark: as the system says, unless somebody chose. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";

export type Theme = "light" | "dark";
export type Choice = Theme | "system";

const STORED = "baygate-theme";
const DARK = "(prefers-color-scheme: dark)";

const Context = createContext<{ theme: Theme; choice: Choice; setChoice: (choice: Choice) => void } | null>(null);

function onSystemChange(changed: () => void): () => void {
  const query = matchMedia(DARK);
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
}

function stored(): Choice {
  const choice = localStorage.getItem(STORED);
  return choice === "light" || choice === "dark" ? choice : "system";
}

export function ThemeProvider({ children }: { children: ReactNode }) {
  const [choice, setChoice] = useState(stored);
  const dark = useSyncExternalStore(onSystemChange, () => matchMedia(DARK).matches);
  const theme: Theme = choice === "system" ? (dark ? "dark" : "light") : choice;

  useEffect(() => {
    localStorage.setItem(STORED, choice);
    document.documentElement.dataset["theme"] = theme;
  }, [choice, theme]);

  const value = useMemo(() => ({ theme, choice, setChoice }), [theme, choice]);
  return <Context value={value}>{children}</Context>;
}

export function useTheme() {
  const value = useContext(Context);
  if (value === null) throw new Error("useTheme is called outside of ThemeProvider.");
  return value;
}
