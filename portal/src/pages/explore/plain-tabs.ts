import { type RefObject, useEffect } from "react";

/**
 * GraphiQL's tabs hold buttons, which nothing that is itself a tab may (WAI-ARIA, "tab": children are presentational):
 * a screen reader would not reach them. They are made what they are, a list of buttons of which one is current.
 */
export function usePlainTabs(within: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = within.current;
    if (root === null) return undefined;
    const amend = () => {
      root.querySelector(".graphiql-tabs")?.removeAttribute("role");
      root.querySelector("#graphiql-session")?.setAttribute("role", "group");
      for (const tab of root.querySelectorAll(".graphiql-tab")) {
        const current = tab.classList.contains("graphiql-tab-active");
        tab.removeAttribute("role");
        tab.removeAttribute("aria-selected");
        tab.querySelector(".graphiql-tab-button")?.setAttribute("aria-current", String(current));
      }
    };
    amend();
    const observer = new MutationObserver(amend);
    observer.observe(root, { childList: true, subtree: true, attributeFilter: ["class", "aria-selected"] });
    return () => observer.disconnect();
  }, [within]);
}
