import { afterEach, expect, test, vi } from "vitest";

import { renew } from "./renewal";

const answering = (fetch: () => Promise<unknown>) => {
  vi.stubGlobal("location", { hash: "#/catalogue" });
  vi.stubGlobal("fetch", fetch);
};

const ended = (at: string, ok = true) => answering(() => Promise.resolve({ ok, url: `https://hub.example${at}` }));

afterEach(() => vi.unstubAllGlobals());

test("a session is begun where the redirects end at the explorer's own page", async () => {
  ended("/explore/signed-in?code=1");
  expect(await renew({ purpose: "STATISTICS" })).toBe(true);
});

test("the person is needed where they end elsewhere, or in an error", async () => {
  ended("/oauth/sign-in");
  expect(await renew(null)).toBe(false);
  ended("/explore/signed-in", false);
  expect(await renew(null)).toBe(false);
});

test("he is needed too where they lead off this origin, which the browser does not follow", async () => {
  answering(() => Promise.reject(new TypeError("Failed to fetch")));
  expect(await renew(null)).toBe(false);
});
