import { useEffect, useRef, useState } from "react";

import { get, HubError } from "../../../hub/client";
import { useText } from "../../../i18n";
import { useRoute } from "../../../routes";
import { Failure, Icon, Notice, Spinner } from "../../../ui";
import { RECEIPT } from "../texts";
import type { Bytes } from "../verify/encoding";
import { verify, type Verdict } from "../verify/verify";
import { idOf, isHeader } from "./given";
import { FileBox, TextBox } from "./inputs";
import { VerdictShown } from "./verdict";

interface Chosen {
  readonly name: string;
  readonly bytes: Bytes;
}

/** Verify in this page, from what somebody kept and his own root document, that the log holds a record. */
export function Receipt() {
  const text = useText();
  const { query } = useRoute();
  const asked = query.get("receipt");
  const [root, setRoot] = useState<Chosen | null>(null);
  const [header, setHeader] = useState(asked ?? "");
  const [body, setBody] = useState<Chosen | null>(null);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [busy, setBusy] = useState(false);
  const result = useRef<HTMLElement>(null);
  const { proof, setProof, fetching, error, fetchProof } = useProof(asked);

  // WebCrypto is where nobody on the way can have changed the page
  const isReady = isSecureContext && root !== null && proof.trim() !== "";
  const changed =
    <Value,>(set: (value: Value) => void) =>
    (value: Value) => {
      set(value);
      setVerdict(null);
    };

  const onVerify = async () => {
    if (root === null) return;
    setBusy(true);
    setVerdict(null);
    const given = { root: root.bytes, proof, header: isHeader(header) ? header : null, body: body?.bytes ?? null };
    setVerdict(await verify(given));
    setBusy(false);
    result.current?.focus();
  };

  return (
    <div className="receipt">
      <form
        className="card form"
        onSubmit={(event) => {
          event.preventDefault();
          void onVerify();
        }}
      >
        <Notice kind="info" title={text(RECEIPT.trustTitle)}>
          {text(RECEIPT.trust)}
        </Notice>
        <FileBox
          label={RECEIPT.root}
          hint={RECEIPT.rootHint}
          chosen={root}
          onChoose={changed(setRoot)}
          accept=".jws,.json"
          canPaste
        />
        <TextBox
          label={RECEIPT.header}
          hint={RECEIPT.headerHint}
          value={header}
          onChange={changed(setHeader)}
          rows={3}
        />
        <TextBox
          label={RECEIPT.proof}
          hint={RECEIPT.proofHint}
          value={proof}
          onChange={changed(setProof)}
          rows={4}
          canChoose
        />
        <div className="actions">
          <button
            type="button"
            className="button small"
            disabled={idOf(header) === null || fetching}
            onClick={() => void fetchProof(idOf(header) ?? "")}
          >
            <Icon name="download" />
            {text(fetching ? RECEIPT.fetching : RECEIPT.fetch)}
          </button>
        </div>
        {error && <Failure error={error} onRetry={() => void fetchProof(idOf(header) ?? "")} />}
        <FileBox label={RECEIPT.body} hint={RECEIPT.bodyHint} chosen={body} onChoose={changed(setBody)} />
        <div className="actions">
          <button type="submit" className="button primary" disabled={!isReady || busy}>
            {text(RECEIPT.verify)}
          </button>
          {!isReady && isSecureContext && <Lacking root={root !== null} proof={proof.trim() !== ""} />}
        </div>
      </form>
      <section
        className="card receipt-result"
        aria-labelledby="receipt-result"
        aria-live="polite"
        tabIndex={-1}
        ref={result}
      >
        <h2 id="receipt-result">{text(RECEIPT.result)}</h2>
        {!isSecureContext && <Notice kind="error" title={text(RECEIPT.insecure)} />}
        {busy && <Spinner label={text(RECEIPT.verifying)} />}
        {verdict ? <VerdictShown verdict={verdict} /> : <p className="muted">{text(RECEIPT.waiting)}</p>}
        <p className="muted">{text(RECEIPT.code)}</p>
      </section>
    </div>
  );
}

function Lacking({ root, proof }: { root: boolean; proof: boolean }) {
  const text = useText();
  const lacking = [root ? null : RECEIPT.root, proof ? null : RECEIPT.proof].filter((each) => each !== null);
  return <span className="muted">{text(RECEIPT.lacking) + lacking.map(text).join(text({ zh: "、", en: ", " }))}</span>;
}

/** The proof, as it was given or as the hub gives it; that of a receipt in the address is asked for at once. */
function useProof(asked: string | null) {
  const [proof, setProof] = useState("");
  const [fetching, setFetching] = useState(false);
  const [error, setError] = useState<HubError | null>(null);

  const fetchProof = async (id: string) => {
    setFetching(true);
    setError(null);
    try {
      setProof(JSON.stringify(await get<unknown>(`/explore/hub/audit/receipts/${id}`), null, 1));
    } catch (caught) {
      if (!(caught instanceof HubError)) throw caught;
      setError(caught);
    } finally {
      setFetching(false);
    }
  };

  useEffect(() => {
    const id = idOf(asked ?? "");
    if (id !== null) void fetchProof(id);
  }, [asked]);

  return { proof, setProof, fetching, error, fetchProof };
}
