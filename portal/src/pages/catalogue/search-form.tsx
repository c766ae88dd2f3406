import { useEffect, useId, useState } from "react";

import { useText } from "../../i18n";
import { Icon } from "../../ui";
import { type Entry, type Owner, type ShareClass } from "./entries";
import { useOwnerName } from "./names";
import type { Asked, Found } from "./search";
import { CLASSES, counted, SEARCH } from "./texts";

interface SearchFormProps {
  readonly entries: readonly Entry[];
  readonly asked: Asked;
  readonly found: Found;
  readonly onAsk: (asked: Asked) => void;
}

/** Somebody who types is waited for so long, in milliseconds: the address follows the words. */
const PAUSE = 150;

/** What of the catalogue is shown, and how much that is. */
export function SearchForm({ entries, asked, found, onAsk }: SearchFormProps) {
  const text = useText();
  const ownerName = useOwnerName();
  const id = useId();
  const [words, setWords] = useState(asked.words);

  useEffect(() => setWords(asked.words), [asked.words]);
  useEffect(() => {
    if (words === asked.words) return undefined;
    const timer = setTimeout(() => onAsk({ ...asked, words }), PAUSE);
    return () => clearTimeout(timer);
  }, [words]);

  const owners = new Map<string, Owner>(entries.map((each) => [each.owner.id, each.owner]));
  const fields = found.types.reduce((sum, each) => sum + each.fields.length, 0);
  return (
    <form className="catalogue-search" role="search" onSubmit={(event) => event.preventDefault()}>
      <div className="field catalogue-words">
        <label htmlFor={`${id}-words`}>{text(SEARCH.words)}</label>
        <div className="catalogue-input">
          <Icon name="search" />
          <input
            id={`${id}-words`}
            className="input"
            type="search"
            value={words}
            placeholder={text(SEARCH.hint)}
            onChange={(event) => setWords(event.target.value)}
          />
        </div>
      </div>
      <div className="field">
        <label htmlFor={`${id}-owner`}>{text(SEARCH.owner)}</label>
        <select
          id={`${id}-owner`}
          className="select"
          value={asked.owner}
          onChange={(event) => onAsk({ ...asked, owner: event.target.value })}
        >
          <option value="">{text(SEARCH.anyOwner)}</option>
          {[...owners.values()].map((each) => (
            <option key={each.id} value={each.id}>
              {ownerName(each)}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-class`}>{text(SEARCH.shareClass)}</label>
        <select
          id={`${id}-class`}
          className="select"
          value={asked.shareClass}
          onChange={(event) => onAsk({ ...asked, shareClass: event.target.value as ShareClass | "" })}
        >
          <option value="">{text(SEARCH.anyClass)}</option>
          {(Object.keys(CLASSES) as ShareClass[]).map((each) => (
            <option key={each} value={each}>
              {text(CLASSES[each])}
            </option>
          ))}
        </select>
      </div>
      <p role="status" className="muted catalogue-count">
        {found.count === 0
          ? text(SEARCH.nothing)
          : text(counted(found.entries.length, fields, found.identifiers.length))}
      </p>
    </form>
  );
}
