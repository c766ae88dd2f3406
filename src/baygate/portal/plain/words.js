// What the page says, in both languages.

const STORED = "baygate-language";

export const language = () => {
  const stored = localStorage.getItem(STORED);
  if (stored === "zh" || stored === "en") return stored;
  const known = navigator.languages.map((each) => each.slice(0, 2).toLowerCase());
  return known.find((each) => each === "zh" || each === "en") ?? "zh";
};

export const setLanguage = (chosen) => localStorage.setItem(STORED, chosen);

/** A text in the page's language. */
export const say = (zh, en) => (language() === "zh" ? zh : en);

const OUTCOMES = {
  ALLOW: ["✓", "给予", "Given"],
  TRANSFORM: ["◐", "脱敏", "Masked"],
  CONDITIONAL: ["≡", "部分行", "Some rows"],
  WITHHOLD: ["✕", "不予", "Withheld"],
};

export const outcomeMark = (outcome) => OUTCOMES[outcome][0];
export const outcomeWord = (outcome) => say(OUTCOMES[outcome][1], OUTCOMES[outcome][2]);

const CAUSES = {
  SCOPE: "您的令牌缺少所需的范围",
  PURPOSE: "只为其他目的给予",
  DENIED: "数据所属机构明确拒绝",
  OTHERS: "只给予其他机构",
  CONDITION: "您不符合对查询者的条件",
  UNGRANTED: "没有生效的策略给予它",
  UNOWNED: "没有机构对它作出决定",
  STOPPED: "数据所属机构目前没有生效的策略",
};
const OPERATORS = { eq: "=", ne: "≠", in: "∈", prefix: "开头为", gte: "≥", lte: "≤", includes: "包含" };
const TRANSFORMS = {
  MASK: ({ keepFirst, keepLast }) => `只显示前 ${keepFirst} 位和后 ${keepLast} 位`,
  TRUNCATE: ({ length, to }) => (length ? `只保留前 ${length} 个字符` : `只精确到${to === "YEAR" ? "年" : "月"}`),
  GENERALISE: ({ step }) => `向下取整到 ${step} 的倍数`,
  HASH: () => "以密钥散列代替",
  NULL: () => "总是为空",
};

/** Why a field is given as it is: the hub's own sentence in English, the same said of its members in Chinese. */
export function reason(answer) {
  if (language() === "en") return `${answer.reason}.`;
  if (answer.outcome === "WITHHOLD") {
    const ground = [answer.ground?.reason, answer.ground?.legalBasis].filter(Boolean).join("，");
    return CAUSES[answer.cause ?? "UNGRANTED"] + (ground && `（${ground}）`) + "。";
  }
  return `${answer.ways.map(wayText).join("；")}。`;
}

/** Why something is withheld, of what the hub's error says. */
export function withheld({ message, extensions: { policy, rule, helps } }) {
  if (language() === "en") return message;
  if (!policy) return helps?.scopes ? CAUSES.SCOPE : CAUSES.UNGRANTED;
  if (rule) return CAUSES.DENIED;
  return helps ? CAUSES[helps.purposes ? "PURPOSE" : "SCOPE"] : CAUSES.OTHERS;
}

function wayText({ transform, where }) {
  const leaves = transform ? TRANSFORMS[transform.kind](transform) : "原样给予";
  const terms = where.map((all) =>
    all.map(({ field, operator, value }) => `${field} ${OPERATORS[operator]} ${shown(value)}`),
  );
  return terms.length ? `${leaves}，限 ${terms.map((all) => all.join(" 且 ")).join(" 或 ")} 的行` : leaves;
}

function shown(value) {
  return value?.subject ? "您自己的" + value.subject : JSON.stringify(value);
}

/** What would help, in words; "" if nothing that could be asked for would. */
export function help({ scopes = [], purposes = [] } = {}) {
  const parts = [
    scopes.length && say(`范围 ${scopes.join("、")}`, `the scope ${scopes.join(", ")}`),
    purposes.length && say(`目的 ${purposes.join("、")}`, `the purpose ${purposes.join(", ")}`),
  ].filter(Boolean);
  return parts.length ? say(`有助于取得：${parts.join("；")}`, `What would help: ${parts.join("; ")}`) : "";
}
