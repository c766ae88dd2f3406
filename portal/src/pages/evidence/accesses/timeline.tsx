import { useId } from "react";

import { useText } from "../../../i18n";
import { Table } from "../../../ui";
import { ACCESSES } from "../texts";
import { binName, binned, total, type Bin, type Bins } from "./bins";
import type { Access } from "./query";

const [WIDTH, HEIGHT] = [640, 160];
const WIDEST = 40;

/** Accesses over time as bars, and the same as a table for whoever does not see them. */
export function Timeline({ accesses }: { accesses: readonly Access[] }) {
  const text = useText();
  const id = useId();
  const told = binned(accesses);
  const title = text(told.unit === "hour" ? ACCESSES.perHour : ACCESSES.perDay);
  const [first, last] = [told.bins[0], told.bins.at(-1)];
  const name = (agency: string | null) => agency ?? text(ACCESSES.others);
  return (
    <figure className="card timeline" aria-labelledby={id}>
      <figcaption id={id}>{title}</figcaption>
      <div className="timeline-plot">
        <span className="timeline-top" aria-hidden="true">
          {told.highest}
        </span>
        <Bars told={told} />
      </div>
      <div className="plot-axis" aria-hidden="true">
        <span>{first && binName(first, told.unit)}</span>
        {last !== first && <span>{last && binName(last, told.unit)}</span>}
      </div>
      <ul className="timeline-legend">
        {told.agencies.map((agency, series) => (
          <li key={agency} data-series={series}>
            <svg viewBox="0 0 12 12" aria-hidden="true">
              <Patterns id={`${id}l`} />
              <rect width="12" height="12" className="timeline-bar" />
              {series > 0 && <rect width="12" height="12" fill={`url(#${id}l${series})`} />}
            </svg>
            {name(agency)} <strong>{told.bins.reduce((sum, bin) => sum + (bin.counts[series] ?? 0), 0)}</strong>
          </li>
        ))}
      </ul>
      <details>
        <summary>{text(ACCESSES.asTable)}</summary>
        <Table
          caption={title}
          captionHidden
          columns={[
            { key: "bin", head: text(ACCESSES[told.unit]), heading: true, cell: (bin: Bin) => binName(bin, told.unit) },
            ...told.agencies.map((agency, series) => ({
              key: agency ?? "",
              head: name(agency),
              align: "end" as const,
              cell: (bin: Bin) => bin.counts[series],
            })),
          ]}
          rows={told.bins.filter((bin) => total(bin) > 0).toReversed()}
          rowKey={(bin) => bin.begins}
        />
      </details>
    </figure>
  );
}

function Bars({ told }: { told: Bins }) {
  const id = useId();
  const step = Math.min(WIDTH / told.bins.length, WIDEST);
  const scale = HEIGHT / Math.max(told.highest, 1);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <Patterns id={id} />
      {[0, 0.5].map((share) => (
        <line key={share} className="plot-grid" x1={0} x2={WIDTH} y1={HEIGHT * share + 0.5} y2={HEIGHT * share + 0.5} />
      ))}
      {told.bins.map((bin, place) => {
        let top = HEIGHT;
        return bin.counts.map((count, series) => {
          top -= count * scale;
          const box = { x: place * step + 1, y: top, width: Math.max(step - 2, 1), height: count * scale };
          return (
            count > 0 && (
              <g key={`${bin.begins} ${series}`} data-series={series}>
                <rect {...box} className="timeline-bar" />
                {series > 0 && <rect {...box} fill={`url(#${id}${series})`} />}
              </g>
            )
          );
        });
      })}
    </svg>
  );
}

/** What tells the series apart beside their colours. */
function Patterns({ id }: { id: string }) {
  const lines = ["M0 6L6 0", "M0 3H6", "M3 0V6"];
  return (
    <defs>
      {lines.map((line, n) => (
        <pattern key={line} id={`${id}${n + 1}`} width="6" height="6" patternUnits="userSpaceOnUse">
          <path d={line} className="timeline-hatch" />
        </pattern>
      ))}
    </defs>
  );
}
