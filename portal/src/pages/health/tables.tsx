import { useText } from "../../i18n";
import { Icon, Table } from "../../ui";
import { bytesText, type Health, type Source } from "./health";
import { CACHES, SOURCES, STAGES } from "./texts";

export function Sources({ sources }: { sources: readonly Source[] }) {
  const text = useText();
  return (
    <Table
      caption={text(SOURCES.caption)}
      columns={[
        { key: "name", head: text(SOURCES.name), heading: true, cell: (row: Source) => row.name },
        { key: "status", head: text(SOURCES.status), cell: (row) => <Breaker status={row.status} /> },
        { key: "asked", head: text(SOURCES.asked), align: "end", cell: (row) => row.asked },
        { key: "failures", head: text(SOURCES.failures), align: "end", cell: (row) => row.failures },
        { key: "p50", head: "p50 (ms)", align: "end", cell: (row) => milliseconds(row.p50) },
        { key: "p95", head: "p95 (ms)", align: "end", cell: (row) => milliseconds(row.p95) },
      ]}
      rows={sources}
      rowKey={(row) => row.name}
      empty={text(SOURCES.none)}
    />
  );
}

function Breaker({ status }: { status: Source["status"] }) {
  const text = useText();
  const isOpen = status === "open";
  return (
    <span className="badge" data-outcome={isOpen ? "WITHHOLD" : "ALLOW"}>
      <Icon name={isOpen ? "warn" : "given"} />
      {text(isOpen ? SOURCES.open : SOURCES.closed)}
    </span>
  );
}

export function Stages({ stages }: { stages: Health["stages"] }) {
  const text = useText();
  return (
    <Table
      caption={text(STAGES.caption)}
      columns={[
        { key: "name", head: text(STAGES.name), heading: true, cell: (row: Health["stages"][number]) => row.name },
        { key: "count", head: text(STAGES.count), align: "end", cell: (row) => row.count },
        { key: "mean", head: text(STAGES.mean), align: "end", cell: (row) => milliseconds(row.mean) },
      ]}
      rows={stages}
      rowKey={(row) => row.name}
    />
  );
}

export function Caches({ told }: { told: Health }) {
  const text = useText();
  const rows = (["plans", "operations"] as const).flatMap((name) => {
    const cache = told[name];
    return cache ? [{ name, ...cache }] : [];
  });
  type Row = (typeof rows)[number];
  return (
    <Table
      caption={text(CACHES.caption)}
      columns={[
        { key: "name", head: text(CACHES.name), heading: true, cell: (row: Row) => text(CACHES[row.name]) },
        { key: "entries", head: text(CACHES.entries), align: "end", cell: (row) => row.entries },
        { key: "size", head: text(CACHES.size), align: "end", cell: (row) => bytesText(row.bytes) },
        { key: "hits", head: text(CACHES.hits), align: "end", cell: (row) => row.hits },
        { key: "misses", head: text(CACHES.misses), align: "end", cell: (row) => row.misses },
      ]}
      rows={rows}
      rowKey={(row) => row.name}
    />
  );
}

function milliseconds(value: number | null): string {
  return value === null ? "–" : value.toFixed(value < 10 ? 2 : 0);
}
