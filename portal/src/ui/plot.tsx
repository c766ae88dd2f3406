/** A small plot of lines over time: drawn as SVG, its last values written beneath. */
import { useId } from "react";

export interface Series {
  readonly name: string;
  /** One value for each moment; null where nothing was measured. */
  readonly values: readonly (number | null)[];
}

interface PlotProps {
  readonly title: string;
  readonly series: readonly Series[];
  /** How a value is written, e.g. with its unit. */
  readonly format?: (value: number) => string;
  /** What stands beneath the two ends of the time axis. */
  readonly from?: string;
  readonly to?: string;
}

const WIDTH = 320;
const HEIGHT = 96;
const PAD = 4;

const plain = (value: number) => value.toLocaleString(undefined, { maximumFractionDigits: 1 });

export function Plot({ title, series, format = plain, from, to }: PlotProps) {
  const name = useId();
  const highest = Math.max(0, ...series.flatMap((each) => each.values.filter((value) => value !== null)));
  const top = highest > 0 ? highest * 1.05 : 1;
  return (
    <figure className="plot" aria-labelledby={name}>
      <figcaption id={name}>{title}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {[0.25, 0.5, 0.75].map((share) => (
          <line key={share} className="plot-grid" x1={0} x2={WIDTH} y1={HEIGHT * share} y2={HEIGHT * share} />
        ))}
        {series.map((each, index) => (
          <path key={each.name} className="plot-line" data-series={index} d={lineOf(each.values, top)} />
        ))}
      </svg>
      <div className="plot-axis">
        <span>{from}</span>
        <span>{to}</span>
      </div>
      <ul className="plot-legend">
        {series.map((each, index) => (
          <li key={each.name} data-series={index}>
            <span className="plot-swatch" aria-hidden="true" />
            {each.name} <strong>{lastOf(each.values, format)}</strong>
          </li>
        ))}
      </ul>
    </figure>
  );
}

/** The path through the values; it is interrupted where nothing was measured. */
export function lineOf(values: readonly (number | null)[], top: number): string {
  const step = values.length > 1 ? WIDTH / (values.length - 1) : 0;
  let drawing = false;
  const parts: string[] = [];
  values.forEach((value, index) => {
    if (value !== null) {
      const y = HEIGHT - PAD - (value / top) * (HEIGHT - 2 * PAD);
      parts.push(`${drawing ? "L" : "M"}${(index * step).toFixed(1)} ${y.toFixed(1)}`);
    }
    drawing = value !== null;
  });
  return parts.join("");
}

function lastOf(values: readonly (number | null)[], format: (value: number) => string): string {
  const last = values.findLast((value) => value !== null);
  return last === undefined || last === null ? "–" : format(last);
}
