import type { Text } from "../../i18n";
import type { Kind } from "./told";

export const TITLE: Text = { zh: "查询", en: "Explore" };
export const SAMPLES: Text = { zh: "示例", en: "Samples" };
export const SAMPLES_LABEL: Text = {
  zh: "示例查询：选择即载入并运行",
  en: "Sample queries: choosing one loads and runs it",
};
export const SAMPLES_FAILED: Text = { zh: "示例暂时无法读取。", en: "The samples cannot be read for the moment." };
export const SAMPLE_PURPOSE = (purpose: Text): Text => ({
  zh: `此示例是为目的“${purpose.zh}”准备的。`,
  en: `This sample is meant for the purpose “${purpose.en}”.`,
});
export const USE_PURPOSE = (purpose: Text): Text => ({
  zh: `改为“${purpose.zh}”`,
  en: `Change to “${purpose.en}”`,
});
export const EDITOR_LOADING: Text = { zh: "正在载入编辑器…", en: "Loading the editor…" };

export const ACCESS: Text = { zh: "我的权限", en: "My access" };
export const ACCESS_INTRO = (purpose: Text): Text => ({
  zh: `为目的“${purpose.zh}”，您在每个字段上得到什么。`,
  en: `What you are given of each field, for the purpose “${purpose.en}”.`,
});
export const ACCESS_SEARCH: Text = { zh: "查找类型或字段", en: "Find a type or field" };
export const ACCESS_FILTER: Text = { zh: "只显示", en: "Show only" };
export const ACCESS_COUNT = (fields: number): Text => ({
  zh: `${fields} 个字段`,
  en: fields === 1 ? "1 field" : `${fields} fields`,
});
export const ACCESS_NONE: Text = { zh: "没有符合的字段。", en: "No field fits." };
export const ENTRY_POINTS: Text = { zh: "入口", en: "Entry points" };

export const WHY: Text = { zh: "原因", en: "Why" };
export const DECIDED_BY: Text = { zh: "由谁决定", en: "Decided by" };
export const RULE: Text = { zh: "规则", en: "Rule" };
export const POLICY: Text = { zh: "策略", en: "Policy" };
export const WOULD_HELP: Text = { zh: "怎样才能得到", en: "What would help" };
export const NOTHING_HELPS: Text = {
  zh: "您能申请的都无济于事；请与数据所属机构联系。",
  en: "Nothing that you could ask for; talk to the agency that owns it.",
};
export const SCOPES_HELP = (scopes: string): Text => ({
  zh: `令牌需要权限范围 ${scopes}；请枢纽的运维人员为您的机构登记。`,
  en: `The token needs the scope ${scopes}: have the hub's operator register it for your agency.`,
});
export const NOT_YOURS = (purposes: Text): Text => ({
  zh: `目的“${purposes.zh}”，但您不能以它查询。`,
  en: `The purpose ${purposes.en}, which you may not ask for.`,
});
export const VERSION = (version: number): Text => ({ zh: `第 ${version} 版`, en: `version ${version}` });

export const BECAME: Text = { zh: "您的字段怎么样了", en: "What became of your fields" };
export const BECAME_ALL: Text = {
  zh: "所查询的字段都已原样给予。",
  en: "All the fields that you asked for were given as they are.",
};
export const BECAME_BEFORE: Text = {
  zh: "运行查询后，这里逐一说明哪些字段被扣留或脱敏、由哪条规则决定、怎样才能得到。",
  en: "Run a query: here it will say of each field that is withheld or masked which rule decided so, and what would help.",
};
export const BECAME_COUNT = (count: number): Text => ({
  zh: `${count} 处未完整给予`,
  en: count === 1 ? "1 place is not given in full" : `${count} places are not given in full`,
});
export const RUNNING: Text = { zh: "正在查询…", en: "Asking…" };
export const OLD_PURPOSE = (purpose: Text): Text => ({
  zh: `此结果是为目的“${purpose.zh}”取得的。`,
  en: `This result was asked for the purpose “${purpose.en}”.`,
});
export const RUN_AGAIN: Text = { zh: "重新运行", en: "Run again" };
export const SHOW_IN_RESULT: Text = { zh: "在结果中显示", en: "Show in the result" };
export const SHOW_ACCESS: Text = { zh: "在“我的权限”中显示", en: "Show in “My access”" };
export const RECEIPT: Text = { zh: "收据", en: "Receipt" };
export const TIMING: Text = { zh: "枢纽用时", en: "Time in the hub" };
export const MARK_ACTION: Text = { zh: "说明此行", en: "Explain this line" };
export const RESULT_HINT: Text = {
  zh: "在结果中把光标移到有标记的行，按 Enter 说明。",
  en: "In the result, move to a marked line and press Enter to have it explained.",
};
export const WHOLE_REQUEST: Text = { zh: "整个请求", en: "the whole request" };

export const KINDS: Readonly<Record<Kind, Text>> = {
  withheld: { zh: "不予", en: "Withheld" },
  masked: { zh: "脱敏", en: "Masked" },
  conditional: { zh: "部分行", en: "Some rows" },
  small: { zh: "小数不告知", en: "Small count" },
  refused: { zh: "未答复", en: "Not answered" },
};

/** What stands behind a marked line of the result. */
export const MARKS: Readonly<Record<Kind, Text>> = {
  withheld: { zh: "不予", en: "withheld" },
  masked: { zh: "已脱敏", en: "masked" },
  conditional: { zh: "此行不予，或无值", en: "not given in this row, or empty" },
  small: { zh: "数目过小，不告知", en: "too small a count to be told" },
  refused: { zh: "未答复", en: "not answered" },
};

export const MAY_BE_MASKED: Text = { zh: "视提供机构而脱敏", en: "masked, or not, by its provider" };

export const TOLD: Readonly<Record<Kind, Text>> = {
  withheld: { zh: "没有策略为您给予它。", en: "No policy gives it to you." },
  masked: { zh: "策略只给予变换后的值。", en: "The policy gives a transformed value only." },
  conditional: {
    zh: "策略只在部分行给予；其余各行为空。",
    en: "The policy gives it in some rows only; in others it is null.",
  },
  small: { zh: "低于策略所定下限的数目不告知。", en: "A count below the policy's limit is not told." },
  refused: { zh: "请改正查询后重试。", en: "Correct the query and run it again." },
};

/** What can be done about a request that the hub refused, by the error's code. */
export const ADVICE: Readonly<Record<string, Text>> = {
  GRAPHQL_PARSE_FAILED: {
    zh: "查询不是有效的 GraphQL：请看编辑器中标红之处。",
    en: "The query is no valid GraphQL: see where the editor underlines it.",
  },
  GRAPHQL_VALIDATION_FAILED: {
    zh: "查询与您所见的架构不符：请看编辑器中标红之处。",
    en: "The query does not fit the schema that you see: see where the editor underlines it.",
  },
  BAD_USER_INPUT: {
    zh: "参数或变量不合要求：请按下面所述改正。",
    en: "An argument or variable does not fit: correct it as it says below.",
  },
  LIMIT_EXCEEDED: {
    zh: "查询过大：请少查一些字段，或减小 first。",
    en: "The query is too large: ask for fewer fields, or a smaller “first”.",
  },
};
