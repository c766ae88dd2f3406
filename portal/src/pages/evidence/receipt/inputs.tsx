import { useId, useState } from "react";

import { useText, type Text } from "../../../i18n";
import { RECEIPT } from "../texts";
import { utf8, type Bytes } from "../verify/encoding";

interface Named {
  readonly label: Text;
  readonly hint: Text;
}

interface Chosen {
  readonly name: string;
  readonly bytes: Bytes;
}

interface TextBoxProps extends Named {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly rows: number;
  /** Whether a file may be read into it. */
  readonly canChoose?: boolean;
}

export function TextBox({ label, hint, value, onChange, rows, canChoose }: TextBoxProps) {
  const text = useText();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{text(label)}</label>
      <textarea
        id={id}
        className="input evidence-paste"
        aria-describedby={`${id}hint`}
        rows={rows}
        spellCheck={false}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <small id={`${id}hint`} className="muted">
        {text(hint)}
      </small>
      {canChoose && <FileInput name={text(label)} onFile={async (file) => onChange(await file.text())} />}
    </div>
  );
}

interface FileBoxProps extends Named {
  readonly chosen: Chosen | null;
  readonly onChoose: (chosen: Chosen | null) => void;
  readonly accept?: string;
  /** Whether it may be pasted, too: not where each byte counts. */
  readonly canPaste?: boolean;
}

/** A file, or its text; of a text the line at its end, which an editor adds, is no part. */
export function FileBox({ label, hint, chosen, onChoose, accept, canPaste }: FileBoxProps) {
  const text = useText();
  const id = useId();
  const [pasted, setPasted] = useState("");

  const onFile = async (file: File) => {
    setPasted("");
    onChoose({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  };
  const onPaste = (value: string) => {
    setPasted(value);
    const bytes = utf8(value.trim());
    onChoose(bytes.length === 0 ? null : { name: text(RECEIPT.pasted), bytes });
  };

  return (
    <fieldset className="evidence-file" aria-describedby={`${id}hint`}>
      <legend>{text(label)}</legend>
      <small id={`${id}hint`} className="muted">
        {text(hint)}
      </small>
      <FileInput name={text(label)} accept={accept} onFile={(file) => void onFile(file)} />
      {chosen && pasted === "" && (
        <p className="evidence-chosen">
          {text(RECEIPT.chosen)}: <code>{chosen.name}</code> ({chosen.bytes.length.toLocaleString("en")} B){" "}
          <button type="button" className="link-button" onClick={() => onChoose(null)}>
            {text(RECEIPT.remove)}
          </button>
        </p>
      )}
      {canPaste && (
        <details>
          <summary>{text(RECEIPT.pasted)}</summary>
          <textarea
            className="input evidence-paste"
            aria-label={`${text(label)}: ${text(RECEIPT.pasted)}`}
            rows={3}
            spellCheck={false}
            autoComplete="off"
            value={pasted}
            onChange={(event) => onPaste(event.target.value)}
          />
        </details>
      )}
    </fieldset>
  );
}

interface FileInputProps {
  readonly name: string;
  readonly accept?: string | undefined;
  readonly onFile: (file: File) => void;
}

function FileInput({ name, accept, onFile }: FileInputProps) {
  const text = useText();
  return (
    <label className="button small evidence-choose">
      {text(RECEIPT.file)}
      <input
        type="file"
        className="visually-hidden"
        aria-label={`${name}: ${text(RECEIPT.file)}`}
        accept={accept}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onFile(file);
          event.target.value = "";
        }}
      />
    </label>
  );
}
