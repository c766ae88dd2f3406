import { useState } from "react";

import { HubError } from "../../../hub/client";
import { useText } from "../../../i18n";
import { Failure, Icon } from "../../../ui";
import { ACCESSES } from "../texts";
import { downloadAccesses, type Filters } from "./query";

/** All accesses of these conditions as a file. */
export function Download({ filters }: { filters: Filters }) {
  const text = useText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<HubError | null>(null);

  const download = async () => {
    setBusy(true);
    setError(null);
    try {
      save(await downloadAccesses(filters), "accesses.ndjson");
    } catch (caught) {
      setError(caught instanceof HubError ? caught : new HubError(0, "unreachable", String(caught)));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <button type="button" className="button" onClick={() => void download()} disabled={busy}>
        <Icon name="download" />
        {text(busy ? ACCESSES.downloading : ACCESSES.download)}
      </button>
      {error && <Failure error={error} />}
    </>
  );
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // the browser reads it after this has returned
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
