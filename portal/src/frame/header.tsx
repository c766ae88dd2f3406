import { useEffect, useState } from "react";

import { useSession } from "../hub/session";
import { useLanguage, useText } from "../i18n";
import mark from "../mark.svg";
import { hashOf, type PageName, PAGES } from "../routes";
import { Icon, useTheme } from "../ui";
import { PersonMenu } from "./person";
import { PurposeSelector } from "./purpose";
import { LANGUAGE_OTHER, MENU, NAVIGATION, PRODUCT, THEME_TO_DARK, THEME_TO_LIGHT } from "./texts";

/** The header: where one is, who one is, and what one asks for. On a narrow screen the pages fold into a menu. */
export function Header({ page }: { page: PageName }) {
  const text = useText();
  const { session } = useSession();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [page]);

  return (
    <header className="header" data-open={open}>
      <div className="header-bar">
        <button
          type="button"
          className="button icon-only header-menu"
          aria-expanded={open}
          aria-controls="pages"
          aria-label={text(MENU)}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? "close" : "menu"} />
        </button>
        <a className="brand" href={hashOf("explore")} aria-label={`baygate, ${text(PRODUCT)}`}>
          <img src={mark} alt="" width="24" height="24" />
          <span className="brand-name">baygate</span>
          <span className="brand-what">{text(PRODUCT)}</span>
        </a>
        <Pages page={page} />
        <div className="header-tools">
          {session.signedIn && <PurposeSelector />}
          <LanguageSwitch />
          <ThemeSwitch />
          {session.signedIn && <PersonMenu />}
        </div>
      </div>
    </header>
  );
}

function Pages({ page }: { page: PageName }) {
  const text = useText();
  return (
    <nav id="pages" className="pages" aria-label={text(NAVIGATION)}>
      <ul>
        {PAGES.map((each) => (
          <li key={each.name}>
            <a href={hashOf(each.name)} aria-current={each.name === page ? "page" : undefined}>
              {text(each.title)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function LanguageSwitch() {
  const text = useText();
  const { language, setLanguage } = useLanguage();
  const other = language === "zh" ? "en" : "zh";
  return (
    <button type="button" className="button quiet language" lang={other} onClick={() => setLanguage(other)}>
      {text(LANGUAGE_OTHER)}
    </button>
  );
}

function ThemeSwitch() {
  const text = useText();
  const { theme, setChoice } = useTheme();
  const dark = theme === "dark";
  return (
    <button
      type="button"
      className="button icon-only"
      aria-label={text(dark ? THEME_TO_LIGHT : THEME_TO_DARK)}
      title={text(dark ? THEME_TO_LIGHT : THEME_TO_DARK)}
      onClick={() => setChoice(dark ? "light" : "dark")}
    >
      <Icon name={dark ? "sun" : "moon"} />
    </button>
  );
}
