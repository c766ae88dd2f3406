import { useId, useState, type FormEvent } from "react";

import { useSession } from "../../../hub/session";
import { useLanguage, useText } from "../../../i18n";
import { ACCESSES } from "../texts";
import { NO_FILTERS, type Filters } from "./query";

const FIELDS = ["party", "agency", "purpose", "from", "to"] as const;

/** The conditions by which accesses are asked for. */
export function FilterForm({ filters, onApply }: { filters: Filters; onApply: (filters: Filters) => void }) {
  const text = useText();
  const { language } = useLanguage();
  const { session } = useSession();
  const [chosen, setChosen] = useState(filters);
  const id = useId();

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    onApply(chosen);
  };

  return (
    <form className="card evidence-filters" onSubmit={onSubmit} aria-label={text(ACCESSES.filters)}>
      {FIELDS.map((name) => (
        <div key={name} className="field">
          <label htmlFor={id + name}>{text(ACCESSES[name])}</label>
          <input
            id={id + name}
            className="input"
            type={name === "from" || name === "to" ? "date" : "text"}
            list={name === "purpose" ? `${id}purposes` : undefined}
            placeholder={PLACEHOLDERS[name]}
            spellCheck={false}
            autoComplete="off"
            value={chosen[name]}
            onChange={(event) => setChosen({ ...chosen, [name]: event.target.value.trim() })}
          />
        </div>
      ))}
      <datalist id={`${id}purposes`}>
        {session.purposes.map((each) => (
          <option key={each.id} value={each.id}>
            {each[language]}
          </option>
        ))}
      </datalist>
      <div className="actions">
        <button type="submit" className="button primary">
          {text(ACCESSES.show)}
        </button>
        <button type="button" className="button quiet" onClick={() => onApply(NO_FILTERS)}>
          {text(ACCESSES.reset)}
        </button>
      </div>
    </form>
  );
}

const PLACEHOLDERS: Partial<Record<keyof Filters, string>> = {
  party: "CN-914401155907310057",
  agency: "hk-customs",
  purpose: "EXPORT_REFUND",
};
