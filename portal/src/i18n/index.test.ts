import { expect, test } from "vitest";

import { preferred } from "./index";

test("the language that was chosen before wins", () => {
  expect(preferred("en", ["zh-CN"])).toBe("en");
});

test("else the browser's first language that the page speaks", () => {
  expect(preferred(null, ["pt-PT", "en-GB", "zh-HK"])).toBe("en");
  expect(preferred("fr", ["zh-Hant-MO"])).toBe("zh");
});

test("who speaks neither is spoken to in Chinese", () => {
  expect(preferred(null, ["pt-PT"])).toBe("zh");
});
