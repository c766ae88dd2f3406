import { useText } from "../../i18n";
import { Icon } from "../../ui";
import { TIMING } from "./texts";

export interface Stage {
  readonly name: string;
  /** Milliseconds. */
  readonly duration: number;
}

/** The stages of a `Server-Timing` header that say how long they took (Server Timing, section 3). */
export function stagesOf(header: string): readonly Stage[] {
  return header.split(",").flatMap((entry) => {
    const [name = "", ...params] = entry.split(";").map((each) => each.trim());
    const duration = params.find((each) => each.startsWith("dur="))?.slice(4);
    return name && duration ? [{ name, duration: Number(duration) }] : [];
  });
}

/** How long the hub took; opened, how long each stage did. */
export function Timing({ header }: { header: string }) {
  const text = useText();
  const stages = stagesOf(header);
  const total = stages.find((each) => each.name === "total")?.duration ?? sum(stages);
  return (
    <details className="timing">
      <summary>
        <Icon name="clock" />
        {text(TIMING)} {total.toFixed(1)} ms
      </summary>
      <dl className="facts">
        {stages.map(({ name, duration }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{duration.toFixed(2)} ms</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function sum(stages: readonly Stage[]): number {
  return stages.reduce((total, each) => total + each.duration, 0);
}
