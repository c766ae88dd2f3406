import { useText } from "../../i18n";
import { bytesText, totals, type Health } from "./health";
import { TILES } from "./texts";

/** The numbers that are looked at first. */
export function Tiles({ told }: { told: Health }) {
  const text = useText();
  const all = totals(told.windows);
  const p95 = told.windows.findLast((each) => each.p95 !== null)?.p95;
  const alarms = told.audit && Object.values(told.audit.alarms).reduce((sum, each) => sum + each, 0);
  const tiles = [
    { name: TILES.requests, value: all.requests },
    { name: TILES.refused, value: all.refused },
    { name: TILES.failed, value: all.failed, isBad: all.failed > 0 },
    { name: TILES.p95, value: p95 === undefined || p95 === null ? null : `${p95.toFixed(1)} ms` },
    { name: TILES.log, value: told.audit?.size },
    { name: TILES.unsigned, value: told.audit?.unsigned },
    { name: TILES.alarms, value: alarms, isBad: alarms !== null && alarms > 0 },
    { name: TILES.memory, value: told.process && bytesText(told.process.resident) },
  ];
  return (
    <dl className="health-tiles">
      {tiles.map(({ name, value, isBad }) => (
        <div key={name.en} data-bad={isBad}>
          <dt>{text(name)}</dt>
          <dd>{typeof value === "number" ? value.toLocaleString("en") : (value ?? "–")}</dd>
        </div>
      ))}
    </dl>
  );
}
