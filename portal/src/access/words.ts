/** What becomes of a field, in words of both languages, said of the members that the hub decides by. */
import type { AccessAnswer, Cause, Comparison, Transform, Way, WouldHelp } from "../hub/types";
import type { Text } from "../i18n";

const CAUSES: Readonly<Record<Cause, Text>> = {
  SCOPE: { zh: "您的令牌缺少所需的权限范围", en: "your token lacks a scope that it needs" },
  PURPOSE: { zh: "只为其他目的给予", en: "it is granted for other purposes only" },
  DENIED: { zh: "数据所属机构明确拒绝", en: "the agency that owns it denies it" },
  OTHERS: { zh: "只给予其他机构", en: "it is granted to others only" },
  CONDITION: { zh: "您不符合对查询者的条件", en: "you do not meet what is asked of whoever asks" },
  UNGRANTED: { zh: "没有生效的策略给予它", en: "no policy in force grants it" },
  UNOWNED: { zh: "没有机构对它作出决定", en: "no agency decides about it" },
  STOPPED: { zh: "数据所属机构目前没有生效的策略", en: "nothing of the agency that owns it is in force now" },
};

const OPERATORS: Readonly<Record<Comparison["operator"], Text>> = {
  eq: { zh: "等于", en: "is" },
  ne: { zh: "不等于", en: "is not" },
  in: { zh: "属于", en: "is one of" },
  prefix: { zh: "开头为", en: "begins with" },
  gte: { zh: "不小于", en: "is at least" },
  lte: { zh: "不大于", en: "is at most" },
  includes: { zh: "包含", en: "includes" },
};

const SUBJECTS: Readonly<Record<string, Text>> = {
  agency: { zh: "您的机构", en: "your agency" },
  jurisdiction: { zh: "您的法域", en: "your jurisdiction" },
  party: { zh: "您自己", en: "yourself" },
  region: { zh: "您的地区", en: "your region" },
  assurance: { zh: "您的保证等级", en: "your level of assurance" },
};

/** Why a field is withheld; a denial with the ground that its owner names. */
export function causeText({ cause, ground }: Pick<AccessAnswer, "cause" | "ground">): Text {
  const text = CAUSES[cause ?? "UNGRANTED"];
  if (!ground) return text;
  const told = [ground.reason, ground.legalBasis].filter(Boolean);
  return { zh: `${text.zh}（${told.join("，")}）`, en: `${text.en} (${told.join(", ")})` };
}

/** What leaves of a value. */
export function transformText(transform: Transform | null): Text {
  if (transform === null) return { zh: "原样给予", en: "as it is" };
  switch (transform.kind) {
    case "MASK":
      return maskText(transform);
    case "TRUNCATE":
      if (transform.length !== undefined) {
        return { zh: `只保留前 ${transform.length} 个字符`, en: `cut to its first ${transform.length} characters` };
      }
      return transform.to === "YEAR"
        ? { zh: "只精确到年", en: "cut to the year" }
        : { zh: "只精确到月", en: "cut to the month" };
    case "GENERALISE":
      return { zh: `向下取整到 ${transform.step} 的倍数`, en: `rounded down to a multiple of ${transform.step}` };
    case "HASH":
      return { zh: "以密钥散列代替", en: "as a keyed hash" };
    case "NULL":
      return { zh: "总是为空", en: "as null, always" };
  }
}

function maskText({ keepFirst = 0, keepLast = 0 }: Transform): Text {
  if (!keepFirst && !keepLast) return { zh: "全部遮蔽", en: "masked whole" };
  const zh = [keepFirst ? `前 ${keepFirst} 位` : "", keepLast ? `后 ${keepLast} 位` : ""].filter(Boolean);
  const en = [keepFirst ? `the first ${keepFirst}` : "", keepLast ? `the last ${keepLast}` : ""].filter(Boolean);
  return { zh: `遮蔽，只保留${zh.join("和")}`, en: `masked but for ${en.join(" and ")} characters` };
}

/** In which rows; null if in all. */
export function whereText(where: Way["where"]): Text | null {
  if (where.length === 0 || where.some((each) => each.length === 0)) return null;
  const said = where.map((each) => each.map(comparisonText));
  return {
    zh: said.map((each) => each.map(({ zh }) => zh).join("且")).join("，或"),
    en: said.map((each) => each.map(({ en }) => en).join(" and ")).join(", or "),
  };
}

function comparisonText({ field, operator, value }: Comparison): Text {
  const said = valueText(value);
  const compared = OPERATORS[operator];
  return { zh: `${field} ${compared.zh} ${said.zh}`, en: `${field} ${compared.en} ${said.en}` };
}

function valueText(value: Comparison["value"]): Text {
  if (typeof value === "boolean") return value ? { zh: "真", en: "true" } : { zh: "假", en: "false" };
  if (typeof value === "object" && "subject" in value) {
    return SUBJECTS[value.subject] ?? { zh: `您的 ${value.subject}`, en: `your ${value.subject}` };
  }
  const text = typeof value === "object" ? value.join(", ") : String(value);
  return { zh: text, en: text };
}

/** One way in which a value leaves. */
export function wayText({ transform, where }: Way): Text {
  const how = transformText(transform);
  const rows = whereText(where);
  return rows ? { zh: `${how.zh}：当 ${rows.zh}`, en: `${how.en}, where ${rows.en}` } : how;
}

/** What becomes of the field, and why, in a sentence. */
export function answerText(answer: AccessAnswer): Text {
  const of = answer.providers.join(", ");
  if (answer.outcome === "WITHHOLD") {
    const cause = causeText(answer);
    return {
      zh: of ? `不给予 ${of} 的记录：${cause.zh}。` : `不给予：${cause.zh}。`,
      en: of ? `Withheld in rows of ${of}: ${cause.en}.` : `Withheld: ${cause.en}.`,
    };
  }
  const ways = answer.ways.map(wayText);
  const others = othersText(answer);
  const zh = ways.map((each) => each.zh).join("；否则") || "原样给予";
  const en = ways.map((each) => each.en).join("; or else ") || "as it is";
  return {
    zh: of ? `${of} 的记录：${zh}${others.zh}。` : `${zh}${others.zh}。`,
    en: of ? `Rows of ${of}: ${en}${others.en}.` : `${en.charAt(0).toUpperCase()}${en.slice(1)}${others.en}.`,
  };
}

/** What is with the rows that no way is for: there, without the value, or not there at all. */
function othersText({ outcome, ways }: AccessAnswer): Text {
  if (outcome === "CONDITIONAL") return { zh: "；其余各行为空", en: "; in other rows it is null" };
  return ways.length > 0 && ways.every(({ where }) => whereText(where) !== null)
    ? { zh: "；您看不到其余各行", en: "; you are shown no other rows" }
    : { zh: "", en: "" };
}

/** What would help, in words; null if nothing that one could ask for would. */
export function helpText({ scopes, purposes }: WouldHelp, purposeName: (id: string) => Text): Text | null {
  if (scopes.length === 0 && purposes.length === 0) return null;
  const names = purposes.map(purposeName);
  const parts: Text[] = [];
  if (scopes.length > 0) {
    parts.push({ zh: `权限范围 ${scopes.join("、")}`, en: `the scope ${scopes.join(" and ")}` });
  }
  if (names.length > 0) {
    const zh = names.map((each) => each.zh).join("”或“");
    parts.push({ zh: `目的“${zh}”`, en: `the purpose ${names.map((each) => `“${each.en}”`).join(" or ")}` });
  }
  return {
    zh: `${parts.map(({ zh }) => zh).join("，以及")}`,
    en: parts.map(({ en }) => en).join(" together with "),
  };
}
