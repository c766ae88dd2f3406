import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app";
import { AskingProvider } from "./frame/asking";
import { SessionProvider } from "./hub/session";
import { LanguageProvider } from "./i18n";
import { ThemeProvider } from "./ui/theme";
import "./styles/index.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root to draw the page into.");

createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <ThemeProvider>
        <SessionProvider>
          <AskingProvider>
            <App />
          </AskingProvider>
        </SessionProvider>
      </ThemeProvider>
    </LanguageProvider>
  </StrictMode>,
);
