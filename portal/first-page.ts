/** Holds the build to what the first page may weigh: its scripts, compressed, apart from the editor's own chunk. */
import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

const LIMIT_KB = 400;
const LOADED = /\/src\/(main|pages\/explore\/index|pages\/explore\/workbench)\.tsx$/;
const EDITOR = "editor";

export function firstPage(): Plugin {
  return {
    name: "first-page",
    apply: "build",
    generateBundle(_, bundle) {
      const chunks = new Map<string, Rolldown.OutputChunk>();
      for (const each of Object.values(bundle)) if (each.type === "chunk") chunks.set(each.fileName, each);
      const loaded = new Set<Rolldown.OutputChunk>();
      const load = (chunk: Rolldown.OutputChunk | undefined) => {
        if (chunk === undefined || chunk.name === EDITOR || loaded.has(chunk)) return;
        loaded.add(chunk);
        for (const name of chunk.imports) load(chunks.get(name));
      };
      for (const chunk of chunks.values()) if (chunk.moduleIds.some((id) => LOADED.test(id))) load(chunk);
      const size = [...loaded].reduce((total, { code }) => total + gzipSync(code).length, 0) / 1000;
      if (size > LIMIT_KB) {
        this.error(`The first page's scripts are ${size.toFixed(0)} kB compressed, more than ${LIMIT_KB} kB.`);
      }
      this.info(`The first page's scripts are ${size.toFixed(0)} kB compressed, of at most ${LIMIT_KB} kB.`);
    },
  };
}
