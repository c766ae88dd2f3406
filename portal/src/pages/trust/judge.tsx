import { type ChangeEvent, type DragEvent, type FormEvent, useId, useRef, useState } from "react";

import { HubError, post } from "../../hub/client";
import { useSession } from "../../hub/session";
import { useText } from "../../i18n";
import { Failure, Spinner } from "../../ui";
import { asPem, certificateIn, type Recognition } from "./recognising";
import { JUDGE, REFUSED } from "./texts";
import { Unjudged, useHeadline, Verdict } from "./verdict";

type State =
  | { readonly is: "waiting" | "judging" }
  | { readonly is: "refused"; readonly why: keyof typeof REFUSED }
  | { readonly is: "failed"; readonly error: HubError }
  | { readonly is: "judged"; readonly told: Recognition };

/** Take a certificate, and show what the hub says of it. */
export function Judge() {
  const text = useText();
  const headline = useHeadline();
  const [pasted, setPasted] = useState("");
  const [state, setState] = useState<State>({ is: "waiting" });

  const judge = async (given: string) => {
    const found = certificateIn(given);
    if ("refused" in found) return setState({ is: "refused", why: found.refused });
    setState({ is: "judging" });
    try {
      setState({ is: "judged", told: await post<Recognition>("/explore/api/recognise", { certificate: found.pem }) });
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      setState({ is: "failed", error });
    }
  };
  const take = async (file: File) => {
    const pem = asPem(new Uint8Array(await file.arrayBuffer()));
    setPasted(pem);
    await judge(pem);
  };
  const clear = () => {
    setPasted("");
    setState({ is: "waiting" });
  };
  const heard = { judging: text(JUDGE.judging), judged: state.is === "judged" ? headline(state.told) : "" };

  return (
    <section className="card judge" aria-labelledby="judge-title">
      <h2 id="judge-title">{text(JUDGE.title)}</h2>
      <p className="visually-hidden" role="status">
        {state.is === "judging" || state.is === "judged" ? heard[state.is] : ""}
      </p>
      <div className="judge-halves">
        <Paste
          pasted={pasted}
          refused={state.is === "refused" ? text(REFUSED[state.why]) : null}
          onPaste={setPasted}
          onJudge={() => void judge(pasted)}
          onFile={(file) => void take(file)}
          onClear={clear}
        />
        <div className="judge-result">
          {state.is === "judging" && <Spinner label={text(JUDGE.judging)} />}
          {state.is === "failed" && <Failure error={state.error} onRetry={() => void judge(pasted)} />}
          {state.is === "judged" && <Verdict told={state.told} />}
          {(state.is === "waiting" || state.is === "refused") && <Unjudged />}
        </div>
      </div>
    </section>
  );
}

interface PasteProps {
  readonly pasted: string;
  /** Why nothing was sent. */
  readonly refused: string | null;
  readonly onPaste: (pasted: string) => void;
  readonly onJudge: () => void;
  readonly onFile: (file: File) => void;
  readonly onClear: () => void;
}

function Paste({ pasted, refused, onPaste, onJudge, onFile, onClear }: PasteProps) {
  const text = useText();
  const { session } = useSession();
  const id = useId();
  const file = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    onJudge();
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped) onFile(dropped);
  };
  const onChoose = (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.target.files?.[0];
    if (chosen) onFile(chosen);
    event.target.value = "";
  };
  const onDragOver = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };

  return (
    <form className="form" onSubmit={onSubmit}>
      <div className="field">
        <label htmlFor={id}>{text(JUDGE.label)}</label>
        <textarea
          id={id}
          className="input judge-paste"
          data-over={over}
          value={pasted}
          placeholder={"-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----"}
          spellCheck={false}
          autoComplete="off"
          aria-describedby={`${id}-hint ${id}-refused`}
          aria-invalid={refused !== null}
          onChange={(event) => onPaste(event.target.value)}
          onDragOver={onDragOver}
          onDragLeave={() => setOver(false)}
          onDrop={onDrop}
        />
      </div>
      <p id={`${id}-refused`} className="judge-refused" role="alert">
        {refused}
      </p>
      <div className="actions">
        <button type="submit" className="button primary">
          {text(JUDGE.judge)}
        </button>
        <button type="button" className="button" onClick={() => file.current?.click()}>
          {text(JUDGE.file)}
        </button>
        <input
          ref={file}
          type="file"
          hidden
          accept=".pem,.crt,.cer,.der"
          aria-label={text(JUDGE.file)}
          onChange={onChoose}
        />
        {pasted && (
          <button type="button" className="button quiet" onClick={onClear}>
            {text(JUDGE.clear)}
          </button>
        )}
      </div>
      <p id={`${id}-hint`} className="muted">
        {text(JUDGE.hint)}
      </p>
      {session.development && <p className="muted">{text(JUDGE.samples)}</p>}
    </form>
  );
}
