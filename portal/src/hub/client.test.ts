import { expect, test } from "vitest";

import { receiptOf } from "./client";

test("a receipt is known by the id in its header", () => {
  expect(receiptOf('id="1-2", leaf="3q2-7w"')).toBe("1-2");
  expect(receiptOf('leaf="id=x", id="7-19"')).toBe("7-19");
  expect(receiptOf('leaf="3q2-7w"')).toBeNull();
  expect(receiptOf(null)).toBeNull();
});
