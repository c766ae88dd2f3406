/** The language of the page: Chinese or English, remembered, and told to the document. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";

export type Language = "zh" | "en";

/** What is said, in every language of the page. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

const STORED = "baygate-language";

const Context = createContext<{ language: Language; setLanguage: (language: Language) => void } | null>(null);

/** The language that was chosen before, else the first of the browser's that the page speaks. */
export function preferred(stored: string | null, languages: readonly string[]): Language {
  if (stored === "zh" || stored === "en") return stored;
  for (const each of languages) {
    const language = each.slice(0, 2).toLowerCase();
    if (language === "zh" || language === "en") return language;
  }
  return "zh";
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(() => preferred(localStorage.getItem(STORED), navigator.languages));

  useEffect(() => {
    localStorage.setItem(STORED, language);
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  }, [language]);

  const value = useMemo(() => ({ language, setLanguage }), [language]);
  return <Context value={value}>{children}</Context>;
}

export function useLanguage() {
  const value = useContext(Context);
  if (value === null) throw new Error("useLanguage is called outside of LanguageProvider.");
  return value;
}

/** The function that says a text in the page's language. */
export function useText(): (text: Text) => string {
  const { language } = useLanguage();
  return useMemo(() => (text: Text) => text[language], [language]);
}
