import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, expect, test, vi } from "vitest";

import { NotFetched } from "../fetched";
import { LanguageProvider } from "../i18n";
import { Broken } from "./boundary";
import { BROKEN, NOT_FETCHED, NOT_FETCHED_ADVICE, RELOAD } from "./texts";

beforeEach(() => {
  vi.stubGlobal("localStorage", { getItem: () => "en" });
  vi.stubGlobal("navigator", { languages: [] });
});

const shown = (error: Error) =>
  renderToStaticMarkup(
    <LanguageProvider>
      <Broken error={error} />
    </LanguageProvider>,
  );

test("of a part that could not be fetched is said why that may be, and how to go on", () => {
  const page = shown(new NotFetched(new TypeError("Failed to fetch")));
  for (const each of [NOT_FETCHED, NOT_FETCHED_ADVICE, RELOAD]) expect(page).toContain(each.en);
  expect(page).not.toContain(BROKEN.en);
});

test("a page that broke is said to have broken, with the error", () => {
  const page = shown(new Error("no such row"));
  expect(page).toContain(BROKEN.en);
  expect(page).toContain("no such row");
  expect(page).not.toContain(NOT_FETCHED.en);
});
