import { expect, test } from "vitest";

import { hashOf, routeOf } from "./routes";

test("a hash names a page and its query", () => {
  const route = routeOf("#/evidence?receipt=1-2&tab=verify");
  expect(route.page).toBe("evidence");
  expect(route.query.get("receipt")).toBe("1-2");
});

test("what names no page leads to the first", () => {
  expect(routeOf("").page).toBe("explore");
  expect(routeOf("#/nowhere").page).toBe("explore");
});

test("a page's hash is read back as it was made", () => {
  const route = routeOf(hashOf("matrix", { type: "CreditRating", note: "a & b?c" }));
  expect([route.page, route.query.get("type"), route.query.get("note")]).toEqual(["matrix", "CreditRating", "a & b?c"]);
});
