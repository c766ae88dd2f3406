/** Real vectors, made by fixtures/make.py: what the hub gave, and where its command line refuses each alteration. */
import { describe, expect, test } from "vitest";

import { utf8 } from "./encoding";
import vectors from "./fixtures/vectors.json";
import { verify, type Given, type Verdict } from "./verify";

const NOW = Date.parse("2026-12-01T00:00:00Z");
type Texts = Record<"root" | "proof" | "header" | "body", string | null>;

function given(texts: Texts): Given {
  const { root, proof, header, body } = texts;
  return { root: utf8(root ?? ""), proof: proof ?? "", header, body: body === null ? null : utf8(body) };
}

function failedAt(verdict: Verdict): string | undefined {
  return verdict.checks.find((each) => each.state === "failed")?.step;
}

describe("what the hub gave", () => {
  test("holds, step by step", async () => {
    const verdict = await verify(given(vectors.good), NOW);
    expect(verdict.checks.map(({ state }) => state)).toEqual(Array(7).fill("met"));
    expect(verdict.holds).toBe(true);
    expect(verdict.found.root?.signedBy).toHaveLength(2);
  });

  test.each([
    ["together with others", vectors.beside],
    ["alone", vectors.alone],
  ])("holds for a record that was written %s", async (_, kept) => {
    const verdict = await verify(given({ ...vectors.good, ...kept }), NOW);
    expect(verdict.checks.map(({ state }) => state)).toEqual(Array(7).fill("met"));
  });

  test("holds without a path for a record that was written alone", async () => {
    const header = vectors.alone.header.replace(', path=""', "");
    expect(header).not.toBe(vectors.alone.header);
    expect((await verify(given({ ...vectors.good, ...vectors.alone, header }), NOW)).holds).toBe(true);
  });

  test("holds where the hub could not sign, and says that no receipt was looked at", async () => {
    const header = vectors.good.header.replace(/, path=.*/, "");
    const verdict = await verify(given({ ...vectors.good, header }), NOW);
    expect(verdict.holds).toBe(true);
    expect(verdict.checks.filter(({ state }) => state === "absent").map(({ step }) => step)).toEqual(["receipt"]);
  });

  test("holds without the header and the answer, and says that these were not looked at", async () => {
    const verdict = await verify(given({ ...vectors.good, header: null, body: null }), NOW);
    expect(verdict.holds).toBe(true);
    expect(verdict.checks.filter(({ state }) => state === "absent").map(({ step }) => step)).toEqual([
      "receipt",
      "body",
    ]);
  });

  test("holds of a file without what was sent, of which there is no digest", async () => {
    const file = { ...vectors.good, ...vectors.file };
    expect((await verify(given({ ...file, body: null }), NOW)).holds).toBe(true);
    const verdict = await verify(given(file), NOW);
    expect(failedAt(verdict)).toBe("body");
    expect(verdict.checks.at(-1)?.reason?.en).toContain("no digest of what was sent");
  });

  test("holds laid out in lines, since no hash is of the layout", async () => {
    const proof = JSON.stringify(JSON.parse(vectors.good.proof), null, 2);
    expect((await verify(given({ ...vectors.good, proof }), NOW)).holds).toBe(true);
  });
});

describe("each alteration is refused where the command line refuses it", () => {
  test.each(vectors.refusals)("$name: $step", async ({ changes, step }) => {
    const verdict = await verify(given({ ...vectors.good, ...changes }), NOW);
    expect(verdict.holds).toBe(false);
    expect(failedAt(verdict)).toBe(step);
    expect(verdict.checks.at(-1)?.state).not.toBe("met");
  });
});

describe("no character can be changed", () => {
  const places = (text: string, step: number) =>
    Array.from({ length: Math.ceil(text.length / step) }, (_, n) => n * step);
  const changed = (text: string, at: number) => text.slice(0, at) + (text[at] === "0" ? "1" : "0") + text.slice(at + 1);

  test("of the proof", async () => {
    const { proof } = vectors.good;
    for (const at of places(proof, 11)) {
      const verdict = await verify(given({ ...vectors.good, proof: changed(proof, at) }), NOW);
      expect(verdict.holds, proof.slice(at - 20, at + 1)).toBe(false);
    }
  });

  test("of the path and the signature that came with the answer", async () => {
    const { header } = vectors.good;
    const begins = { path: header.indexOf('path="') + 6, jws: header.indexOf('jws="') + 5 };
    const ends = { path: begins.jws - 8, jws: header.length - 1 };
    for (const name of ["path", "jws"] as const) {
      for (const at of places(header.slice(begins[name], ends[name]), 11).map((place) => begins[name] + place)) {
        const verdict = await verify(given({ ...vectors.good, header: changed(header, at) }), NOW);
        expect(failedAt(verdict), header.slice(at - 20, at + 1)).toBe("receipt");
      }
    }
  });

  test("of the root document", async () => {
    const { root } = vectors.good;
    for (const at of places(root, 97)) {
      const verdict = await verify(given({ ...vectors.good, root: changed(root, at) }), NOW);
      expect(failedAt(verdict), root.slice(at - 20, at + 1)).toBe("root");
    }
  });
});

test("the root document is refused when its signers' certificates are over", async () => {
  expect(failedAt(await verify(given(vectors.good), Date.parse("2037-01-01T00:00:00Z")))).toBe("root");
});
