/** Where in the explorer somebody is: the page and its query, both in the address's hash. */
import { type ComponentType, lazy, type LazyExoticComponent, useCallback, useMemo, useSyncExternalStore } from "react";

import { fetched } from "./fetched";
import type { Text } from "./i18n";

export type PageName = "explore" | "catalogue" | "matrix" | "trust" | "evidence" | "health";

interface PageEntry {
  readonly name: PageName;
  readonly title: Text;
  readonly component: LazyExoticComponent<ComponentType>;
}

const page = (load: () => Promise<{ default: ComponentType }>) => lazy(() => fetched(load));

export const PAGES: readonly PageEntry[] = [
  { name: "explore", title: { zh: "查询", en: "Explore" }, component: page(() => import("./pages/explore")) },
  { name: "catalogue", title: { zh: "目录", en: "Catalogue" }, component: page(() => import("./pages/catalogue")) },
  { name: "matrix", title: { zh: "权限矩阵", en: "Access matrix" }, component: page(() => import("./pages/matrix")) },
  { name: "trust", title: { zh: "信任", en: "Trust" }, component: page(() => import("./pages/trust")) },
  { name: "evidence", title: { zh: "凭据", en: "Evidence" }, component: page(() => import("./pages/evidence")) },
  { name: "health", title: { zh: "运行", en: "Health" }, component: page(() => import("./pages/health")) },
];

export interface Route {
  readonly page: PageName;
  readonly query: URLSearchParams;
}

/** The route that a hash names; the first page if it names none. */
export function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const page = PAGES.find((each) => each.name === path)?.name ?? "explore";
  return { page, query: new URLSearchParams(query) };
}

/** The hash that names a page with its query. */
export function hashOf(page: PageName, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString();
  return text ? `#/${page}?${text}` : `#/${page}`;
}

function onHashChange(changed: () => void): () => void {
  addEventListener("hashchange", changed);
  return () => removeEventListener("hashchange", changed);
}

export function useRoute() {
  const hash = useSyncExternalStore(onHashChange, () => location.hash);
  const route = useMemo(() => routeOf(hash), [hash]);

  const go = useCallback((page: PageName, query: Readonly<Record<string, string>> = {}) => {
    location.hash = hashOf(page, query);
  }, []);

  /** Replace the page's query without a step in the history. */
  const setQuery = useCallback((query: Readonly<Record<string, string>>) => {
    history.replaceState(null, "", hashOf(routeOf(location.hash).page, query));
    dispatchEvent(new HashChangeEvent("hashchange"));
  }, []);

  return { ...route, go, setQuery };
}
