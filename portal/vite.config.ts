import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { firstPage } from "./first-page.ts";

const HUB = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), firstPage()],
  build: {
    outDir: "../src/baygate/portal/static",
    emptyOutDir: true,
    // what is inlined as data: would be refused by the hub's Content-Security-Policy
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 5000,
    license: { fileName: "licences.md" },
    rolldownOptions: {
      output: {
        // the editor in one piece, which only the page that has an editor asks for
        codeSplitting: {
          groups: [{ name: "editor", test: /node_modules\/monaco-editor\//, includeDependenciesRecursively: false }],
        },
      },
      // GraphiQL's packages carry directives for React's compiler, which has run over them
      onLog: (level, log, tell) => log.code !== "MODULE_LEVEL_DIRECTIVE" && tell(level, log),
    },
  },
  worker: { format: "es" },
  server: { host: "127.0.0.1", proxy: { "/explore": HUB, "/oauth": HUB, "/graphql": HUB } },
});
