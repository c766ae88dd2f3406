import { useRef } from "react";

import { useSession } from "../../hub/session";
import type { Outcome } from "../../hub/types";
import { useText } from "../../i18n";
import { Notice } from "../../ui";
import { sentence } from "./explaining";
import { Filters } from "./filters";
import { type Chosen, Grid } from "./grid";
import { type Agency, groupsOf, type Matrix, partOf, type Side } from "./model";
import { agencyText, purposeText } from "./names";
import { caption, GRID_HINT, NO_ROWS, NOTHING_PROVIDED } from "./texts";
import { Why } from "./why";

export interface Shown {
  readonly side: Side;
  readonly type: string;
  readonly outcome: Outcome | "";
  readonly chosen: Chosen | null;
}

interface CurrentProps {
  readonly matrix: Matrix;
  readonly shown: Shown;
  readonly onShow: (shown: Shown) => void;
}

/** The matrix of what is in force, with the explanation of the cell that is chosen. */
export function Current({ matrix, shown, onShow }: CurrentProps) {
  const text = useText();
  const { session } = useSession();
  const halves = useRef<HTMLDivElement>(null);
  const gives = matrix.provided.length > 0;
  const side = gives ? shown.side : "gets";
  const part = partOf(matrix, side);
  const groups = groupsOf(part, shown);
  const count = groups.reduce((sum, each) => sum + each.rows.length, 0);
  const purpose = purposeText(session.purposes, matrix.purpose);
  const named = text(caption(count, text(purpose)));
  const agency = part.agencies.find((each) => each.id === shown.chosen?.agency);
  const cell = shown.chosen ? part.cells[shown.chosen.coordinate]?.[shown.chosen.agency] : undefined;
  const askingOf = (who: Agency, coordinate: string) => ({ who: agencyText(who), purpose, coordinate });
  const close = () => {
    onShow({ ...shown, chosen: null });
    halves.current?.querySelector<HTMLElement>(".matrix-cell[tabindex='0']")?.focus();
  };
  return (
    <div className="stack">
      {!gives && <Notice kind="info">{text(NOTHING_PROVIDED)}</Notice>}
      <Filters
        part={part}
        filter={shown}
        side={side}
        sides={gives}
        onFilter={(filter) => onShow({ ...shown, ...filter })}
        onSide={(chosen) => onShow({ ...shown, side: chosen, type: "", chosen: null })}
      />
      <p className="muted">
        <span role="status">{named}</span>
        {text({ zh: "。", en: ". " })}
        {text(GRID_HINT)}
      </p>
      <p className="visually-hidden" role="status">
        {shown.chosen && agency && cell && text(sentence(cell, askingOf(agency, shown.chosen.coordinate)))}
      </p>
      <div className="matrix-halves" ref={halves} data-why={cell !== undefined}>
        {count === 0 ? (
          <Notice kind="info">{text(NO_ROWS)}</Notice>
        ) : (
          <Grid
            part={part}
            groups={groups}
            caption={named}
            chosen={shown.chosen}
            onChoose={(chosen) => onShow({ ...shown, chosen })}
          />
        )}
        {shown.chosen && agency && cell && (
          <Why asking={askingOf(agency, shown.chosen.coordinate)} cell={cell} onClose={close} />
        )}
      </div>
    </div>
  );
}
