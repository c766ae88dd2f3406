/** Why somebody else is given a field or not, in both languages, of the parts that the hub tells it in. */
import { transformText } from "../../access/words";
import type { Cause, Comparison, Way } from "../../hub/types";
import type { Text } from "../../i18n";
import type { Cell, Told } from "./model";

export const CAUSES: Record<Cause, Text> = {
  SCOPE: { zh: "令牌缺少所需的权限范围", en: "a scope that is needed is lacking" },
  PURPOSE: { zh: "仅授权用于其他目的", en: "it is granted for other purposes only" },
  DENIED: { zh: "提供部门的策略明确不予共享", en: "a policy of its owner denies it" },
  OTHERS: { zh: "仅授权给其他部门", en: "it is granted to others only" },
  CONDITION: { zh: "不符合策略对调用方的条件", en: "a condition on callers is not met" },
  UNGRANTED: { zh: "没有有效策略授权此字段", en: "no policy in force grants it" },
  UNOWNED: { zh: "没有部门拥有此字段", en: "no agency owns it" },
  STOPPED: { zh: "提供部门目前没有有效的策略", en: "nothing of its owner is in force" },
};

/** Who asks for what. */
export interface Asking {
  readonly who: Text;
  readonly purpose: Text;
  readonly coordinate: string;
}

/** All of it in one sentence. */
export function sentence(cell: Cell, { who, purpose, coordinate }: Asking): Text {
  const told = reasonText(cell);
  return {
    zh: `${who.zh}以“${purpose.zh}”为目的查询 ${coordinate}：${told.zh}。`,
    en: `For ${who.en}, with the purpose “${purpose.en}”, ${coordinate} is ${told.en}.`,
  };
}

/** What becomes of it, and why; in parts, if it is not the same for all providers. */
export function reasonText({ answers = [], ...told }: Cell): Text {
  if (answers.length === 0) return becomesText(told);
  const same = new Map<string, { readonly becomes: Text; readonly providers: string[] }>();
  for (const each of answers) {
    const becomes = becomesText(each);
    const providers = same.get(becomes.en)?.providers ?? [];
    same.set(becomes.en, { becomes, providers: [...providers, ...each.providers] });
  }
  const parts = [...same.values()].map(({ becomes, providers }) => ({
    zh: `${providers.join("、")} 的记录${becomes.zh}`,
    en: `${becomes.en} (rows of ${providers.join(", ")})`,
  }));
  return joined(parts, { zh: "；", en: "; " });
}

function becomesText({ outcome, cause, ways }: Told): Text {
  if (outcome === "WITHHOLD") {
    const why = cause ? CAUSES[cause] : { zh: "未获授权", en: "it is not granted" };
    return { zh: `不能获取，${why.zh}`, en: `withheld: ${why.en}` };
  }
  const how = waysText(ways);
  return { zh: `可获取，${how.zh}`, en: `given ${how.en}` };
}

/** How a value leaves; each way holds in rows that none before it covers. */
function waysText(ways: readonly Way[]): Text {
  return joined(ways.map(wayText), { zh: "；其余", en: ", or else " });
}

export function wayText({ transform, where }: Way): Text {
  const [how, rows] = [transformText(transform), whereText(where)];
  if (rows === null) return how;
  return { zh: `${how.zh}（限 ${rows.zh} 的记录）`, en: `${how.en} where ${rows.en}` };
}

/** In which rows; null if in all. */
function whereText(where: Way["where"]): Text | null {
  if (where.length === 0 || where.some((all) => all.length === 0)) return null;
  const each = where.map((all) => joined(all.map(comparisonText), { zh: "且", en: " and " }));
  return joined(each, { zh: "，或", en: " or " });
}

const OPERATORS: Record<Comparison["operator"], Text> = {
  eq: { zh: "为", en: "is" },
  ne: { zh: "不为", en: "is not" },
  in: { zh: "属于", en: "is one of" },
  prefix: { zh: "开头为", en: "begins with" },
  gte: { zh: "不小于", en: "is at least" },
  lte: { zh: "不大于", en: "is at most" },
  includes: { zh: "包含", en: "includes" },
};

function comparisonText({ field, operator, value }: Comparison): Text {
  const [compared, against] = [OPERATORS[operator], valueText(value)];
  return { zh: `${field} ${compared.zh} ${against.zh}`, en: `${field} ${compared.en} ${against.en}` };
}

const ATTRIBUTES: Readonly<Record<string, Text>> = {
  party: { zh: "主体", en: "party" },
  agency: { zh: "部门", en: "agency" },
  jurisdiction: { zh: "法域", en: "jurisdiction" },
  region: { zh: "行政区划", en: "region" },
  assurance: { zh: "可信等级", en: "assurance" },
};

function valueText(value: Comparison["value"]): Text {
  if (typeof value !== "object") return { zh: String(value), en: String(value) };
  if ("subject" in value) {
    const name = value.subject;
    const known = ATTRIBUTES[name] ?? { zh: name, en: name };
    return { zh: `调用方的${known.zh}`, en: `the caller's ${known.en}` };
  }
  return { zh: value.join("、"), en: value.join(", ") };
}

function joined(texts: readonly Text[], by: Text): Text {
  return { zh: texts.map((each) => each.zh).join(by.zh), en: texts.map((each) => each.en).join(by.en) };
}
