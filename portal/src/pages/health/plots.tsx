import { useText } from "../../i18n";
import { Plot, Table, type Series } from "../../ui";
import { hitRate, type Health, type Moment, type Window } from "./health";
import { AS_TABLE, AT, PLOTS } from "./texts";

const MINUTE = 12;

/** Lines of the last ten minutes; of gauges, for as long as this page has looked. */
export function Plots({ told, seen }: { told: Health; seen: readonly Moment[] }) {
  const text = useText();
  const { windows } = told;
  const ends = { from: time(windows[0]?.at), to: time(windows.at(-1)?.at) };
  const seenEnds = { from: time(seen[0]?.at), to: time(seen.at(-1)?.at) };
  const of = (name: Exclude<keyof Window, "at">, label: string): Series => ({
    name: label,
    values: windows.map((each) => each[name]),
  });
  const gauge = (label: string, value: (moment: Moment) => number | null | undefined): Series => ({
    name: label,
    values: seen.map((each) => value(each) ?? null),
  });
  return (
    <>
      <div className="health-plots">
        <Plot title={text(PLOTS.requests)} series={[of("requests", text(PLOTS.answered))]} {...ends} />
        <Plot title={text(PLOTS.latency)} series={[of("p50", "p50"), of("p95", "p95")]} {...ends} />
        <Plot
          title={text(PLOTS.errors)}
          series={[of("refused", text(PLOTS.refused)), of("failed", text(PLOTS.failed))]}
          {...ends}
        />
        <Plot
          title={text(PLOTS.cache)}
          series={[gauge(text(PLOTS.hits), ({ plans }) => plans && hitRate(plans))]}
          {...seenEnds}
        />
        <Plot
          title={text(PLOTS.pool)}
          series={[
            gauge(text(PLOTS.busy), ({ pool }) => pool?.busy),
            gauge(text(PLOTS.idle), ({ pool }) => pool?.idle),
            gauge(text(PLOTS.waiting), ({ pool }) => pool?.waiting),
          ]}
          {...seenEnds}
        />
        <Plot
          title={text(PLOTS.lag)}
          series={[gauge(text(PLOTS.lagSeries), ({ audit }) => audit?.lag)]}
          {...seenEnds}
        />
      </div>
      <details className="health-details">
        <summary>{text(AS_TABLE)}</summary>
        <LastMinute windows={windows.slice(-MINUTE)} />
      </details>
    </>
  );
}

function LastMinute({ windows }: { windows: readonly Window[] }) {
  const text = useText();
  const number = (name: Exclude<keyof Window, "at">, head: string) => ({
    key: name,
    head,
    align: "end" as const,
    cell: (row: Window) => row[name]?.toLocaleString("en", { maximumFractionDigits: 1 }) ?? "–",
  });
  return (
    <Table
      caption={text(AS_TABLE)}
      captionHidden
      columns={[
        { key: "at", head: text(AT), heading: true, cell: (row: Window) => time(row.at) },
        number("requests", text(PLOTS.requests)),
        number("p50", "p50 (ms)"),
        number("p95", "p95 (ms)"),
        number("refused", text(PLOTS.refused)),
        number("failed", text(PLOTS.failed)),
      ]}
      rows={windows.toReversed()}
      rowKey={(row) => row.at}
    />
  );
}

function time(at: string | undefined): string {
  return at?.slice(11, 19) ?? "";
}
