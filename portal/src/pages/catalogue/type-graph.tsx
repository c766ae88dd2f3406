import { useMemo, useState } from "react";

import { useText } from "../../i18n";
import { compare, type RecordType } from "./dictionary";
import { type Edge, edgesOf, lineOf, NODE, type Node, type Picture, pictureOf } from "./graph";
import { TypeLink, typeHash, useViewName } from "./names";
import { GRAPH, VIEWS } from "./texts";
import "./type-graph.css";

interface TypeGraphProps {
  readonly types: readonly RecordType[];
  /** The names of the types that are found; the others step back. */
  readonly found: ReadonlySet<string>;
}

/** The types as a picture, and the same as a list. */
export function TypeGraph({ types, found }: TypeGraphProps) {
  const text = useText();
  const picture = useMemo(() => pictureOf(types, Object.keys(VIEWS)), [types]);
  return (
    <div className="stack">
      <p className="muted">{text(GRAPH.hint)}</p>
      <figure className="type-graph-figure">
        <div className="type-graph-region" role="region" aria-label={text(GRAPH.label)} tabIndex={0}>
          <Drawing picture={picture} types={types} found={found} />
        </div>
        <figcaption className="type-graph-legend">
          <span>
            <i data-kind="field" /> {text(GRAPH.field)}
          </span>
          <span>
            <i data-kind="implements" /> {text(GRAPH.kinds)}
          </span>
        </figcaption>
      </figure>
      <details className="card">
        <summary>{text(GRAPH.list)}</summary>
        <ListOfTypes types={types} />
      </details>
    </div>
  );
}

interface DrawingProps extends TypeGraphProps {
  readonly picture: Picture;
}

function Drawing({ picture, types, found }: DrawingProps) {
  const text = useText();
  const viewName = useViewName();
  const [looked, setLooked] = useState<string | null>(null);
  const nodes = new Map(picture.nodes.map((each) => [each.name, each]));
  const byName = new Map(types.map((each) => [each.name, each]));
  const touches = (edge: Edge) => edge.from === looked || edge.to === looked;
  const beside = new Set(picture.edges.filter(touches).flatMap((each) => [each.from, each.to]));
  // what is looked at is drawn last, above the others
  const edges = [...picture.edges].sort((one, other) => Number(touches(one)) - Number(touches(other)));
  return (
    <svg
      className="type-graph"
      width={picture.width}
      height={picture.height}
      viewBox={`0 0 ${picture.width} ${picture.height}`}
      data-looking={looked !== null}
      role="group"
    >
      {picture.lanes.map((each) => (
        <g key={each.view ?? ""} data-view={each.view ?? "others"} className="type-lane">
          <rect x={8} y={each.y} width={picture.width - 16} height={each.height} rx={8} />
          <text x={20} y={each.y + 20}>
            {each.view === null ? text(GRAPH.others) : viewName(each.view)}
          </text>
        </g>
      ))}
      {edges.map((edge) => (
        <Line key={`${edge.from} ${edge.to} ${edge.kind}`} edge={edge} nodes={nodes} lit={touches(edge)} />
      ))}
      {picture.nodes.map((node) => (
        <Box
          key={node.name}
          node={node}
          type={byName.get(node.name)}
          dim={looked === null ? !found.has(node.name) : node.name !== looked && !beside.has(node.name)}
          onLook={setLooked}
        />
      ))}
    </svg>
  );
}

function Line({ edge, nodes, lit }: { edge: Edge; nodes: ReadonlyMap<string, Node>; lit: boolean }) {
  const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
  if (!from || !to || from === to) return null;
  return <path className="type-line" data-kind={edge.kind} data-lit={lit} d={lineOf(from, to)} aria-hidden="true" />;
}

interface BoxProps {
  readonly node: Node;
  readonly type: RecordType | undefined;
  readonly dim: boolean;
  readonly onLook: (name: string | null) => void;
}

function Box({ node, type, dim, onLook }: BoxProps) {
  const text = useText();
  const told = type ? text(type.text) : "";
  return (
    <a
      href={typeHash(node.name)}
      className="type-box"
      data-view={type?.view ?? "others"}
      data-kind={type?.kind}
      data-dim={dim}
      aria-label={told ? `${node.name}: ${told}` : node.name}
      onFocus={() => onLook(node.name)}
      onBlur={() => onLook(null)}
      onMouseEnter={() => onLook(node.name)}
      onMouseLeave={() => onLook(null)}
    >
      <title>{told || node.name}</title>
      <rect x={node.x} y={node.y} width={NODE.width} height={NODE.height} rx={5} />
      <text x={node.x + NODE.width / 2} y={node.y + NODE.height / 2} textAnchor="middle" dominantBaseline="central">
        {node.name}
      </text>
    </a>
  );
}

function ListOfTypes({ types }: { types: readonly RecordType[] }) {
  const text = useText();
  const edges = edgesOf(types);
  return (
    <ul className="type-list">
      {[...types]
        .sort((one, other) => compare(one.name, other.name))
        .map(({ name, text: about }) => {
          const from = edges.filter((each) => each.from === name);
          const fields = from.filter((each) => each.kind === "field");
          const kinds = from.filter((each) => each.kind !== "field");
          return (
            <li key={name}>
              <TypeLink name={name} /> <span className="muted">{text(about)}</span>
              {from.length === 0 && <p className="muted">{text(GRAPH.nowhere)}</p>}
              {kinds.length > 0 && (
                <p className="catalogue-names">
                  {text(GRAPH.is)}{" "}
                  {kinds.map((each) => (
                    <TypeLink key={each.to} name={each.to} />
                  ))}
                </p>
              )}
              {fields.length > 0 && (
                <p className="catalogue-names">
                  {text(GRAPH.leads)}{" "}
                  {fields.map((each) => (
                    <span key={each.to}>
                      <TypeLink name={each.to} /> <span className="muted">({each.fields.join(", ")})</span>
                    </span>
                  ))}
                </p>
              )}
            </li>
          );
        })}
    </ul>
  );
}
