import { useText } from "../../i18n";
import { useRoute } from "../../routes";
import { Page, Tabs } from "../../ui";
import { Accesses } from "./accesses";
import { Receipt } from "./receipt";
import { ACCESSES, INTRO, RECEIPT, TITLE } from "./texts";
import "./evidence.css";

/** Who was given what, and whether a receipt is true. */
export default function Evidence() {
  const text = useText();
  const { query, setQuery } = useRoute();
  const selected = query.has("receipt") || query.get("view") === "receipt" ? "receipt" : "accesses";
  const tabs = [
    { id: "accesses", label: text(ACCESSES.tab), content: <Accesses /> },
    { id: "receipt", label: text(RECEIPT.tab), content: <Receipt /> },
  ];
  return (
    <Page title={text(TITLE)} intro={text(INTRO)}>
      <Tabs
        label={text(TITLE)}
        tabs={tabs}
        selected={selected}
        onSelect={(id) => setQuery(id === "receipt" ? { view: id } : {})}
      />
    </Page>
  );
}
