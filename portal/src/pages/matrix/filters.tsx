import { useId } from "react";

import type { Outcome } from "../../hub/types";
import { useText } from "../../i18n";
import { Badge } from "../../ui";
import { countsOf, type Filter, type Part, type Side, typesOf } from "./model";
import { EVERY_TYPE, OUTCOME, SIDE, SIDES, TYPE } from "./texts";

const ALL: readonly Outcome[] = ["ALLOW", "TRANSFORM", "CONDITIONAL", "WITHHOLD"];

interface FiltersProps {
  readonly part: Part;
  readonly filter: Filter;
  readonly side: Side;
  /** Whether there are two sides to look at. */
  readonly sides: boolean;
  readonly onFilter: (filter: Filter) => void;
  readonly onSide: (side: Side) => void;
}

/** What of the matrix is shown. The outcomes are its legend at the same time. */
export function Filters({ part, filter, side, sides, onFilter, onSide }: FiltersProps) {
  const text = useText();
  const id = useId();
  const counts = countsOf(part, filter.type);
  return (
    <div className="matrix-filters">
      {sides && (
        <div className="field">
          <label htmlFor={`${id}-side`}>{text(SIDE)}</label>
          <select
            id={`${id}-side`}
            className="select"
            value={side}
            onChange={(event) => onSide(event.target.value as Side)}
          >
            {(["gives", "gets"] as const).map((each) => (
              <option key={each} value={each}>
                {text(SIDES[each])}
              </option>
            ))}
          </select>
        </div>
      )}
      <div className="field">
        <label htmlFor={`${id}-type`}>{text(TYPE)}</label>
        <select
          id={`${id}-type`}
          className="select"
          value={filter.type}
          onChange={(event) => onFilter({ ...filter, type: event.target.value })}
        >
          <option value="">{text(EVERY_TYPE)}</option>
          {typesOf(part).map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </div>
      <fieldset className="matrix-legend">
        <legend className="field-label">{text(OUTCOME)}</legend>
        {ALL.map((each) => (
          <button
            key={each}
            type="button"
            className="matrix-legend-button"
            aria-pressed={filter.outcome === each}
            onClick={() => onFilter({ ...filter, outcome: filter.outcome === each ? "" : each })}
          >
            <Badge outcome={each} /> <span className="matrix-count">{counts[each]}</span>
          </button>
        ))}
      </fieldset>
    </div>
  );
}
