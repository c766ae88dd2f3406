import { expect, test } from "vitest";

import { fetched, NotFetched } from "./fetched";

test("a part that was fetched is what it is", async () => {
  expect(await fetched(() => Promise.resolve({ default: "page" }))).toEqual({ default: "page" });
});

test("one that could not be fetched is told from one that broke", async () => {
  const cause = new TypeError("Importing a module script failed.");
  const error = await fetched(() => Promise.reject(cause)).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(NotFetched);
  expect(error).toMatchObject({ message: cause.message, cause });
});
