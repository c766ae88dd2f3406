import type { Text } from "../../i18n";
import type { ShareClass } from "./entries";

export const TITLE: Text = { zh: "目录", en: "Catalogue" };
export const INTRO: Text = {
  zh: "各部门共享什么、依据什么、多久更新；以及每个类型、字段和标识符的含义。",
  en: "What each agency shares, on which basis and how fresh; and what every type, field and identifier means.",
};
export const DOWNLOAD: Text = { zh: "下载 SDL", en: "Download SDL" };
export const DOWNLOAD_HINT: Text = {
  zh: "按本人权限可见的 GraphQL 模式",
  en: "the GraphQL schema as your access shows it",
};

export const SEARCH = {
  words: { zh: "搜索", en: "Search" },
  hint: { zh: "名称、说明、编号、部门…", en: "names, descriptions, numbers, agencies…" },
  owner: { zh: "提供部门", en: "Owner" },
  anyOwner: { zh: "全部部门", en: "All agencies" },
  shareClass: { zh: "共享类型", en: "Sharing class" },
  anyClass: { zh: "全部类型", en: "All classes" },
  nothing: {
    zh: "没有找到。可减少搜索词，或取消筛选。",
    en: "Nothing is found. Try fewer words, or lift the filters.",
  },
} satisfies Record<string, Text>;

export const counted = (entries: number, fields: number, identifiers: number): Text => ({
  zh: `目录条目 ${entries} 个，字段 ${fields} 个，标识符 ${identifiers} 个`,
  en: `${entries} entries, ${fields} fields, ${identifiers} identifiers`,
});

export const TABS = {
  label: { zh: "目录的各部分", en: "Parts of the catalogue" },
  entries: { zh: "共享目录", en: "What is shared" },
  types: { zh: "类型与字段", en: "Types and fields" },
  identifiers: { zh: "标识符", en: "Identifiers" },
  graph: { zh: "类型图", en: "Graph of types" },
} satisfies Record<string, Text>;

export const CLASSES: Record<ShareClass, Text> = {
  UNCONDITIONAL: { zh: "无条件共享", en: "Unconditional" },
  CONDITIONAL: { zh: "有条件共享", en: "Conditional" },
  NOT_SHARED: { zh: "不予共享", en: "Not shared" },
};

export const FREQUENCIES: Readonly<Record<string, Text>> = {
  REAL_TIME: { zh: "实时", en: "Real time" },
  DAILY: { zh: "每日", en: "Daily" },
  WEEKLY: { zh: "每周", en: "Weekly" },
  MONTHLY: { zh: "每月", en: "Monthly" },
  YEARLY: { zh: "每年", en: "Yearly" },
  IRREGULAR: { zh: "不定期", en: "Irregular" },
};

/** Obligations of recipients, as the sample policies name them; a policy may name others. */
export const OBLIGATIONS: Readonly<Record<string, Text>> = {
  NO_ONWARD: { zh: "不得再提供他人", en: "not to be passed on" },
  RETAIN_30D: { zh: "保存不超过 30 天", en: "kept for 30 days at most" },
  CASE_FILE_ONLY: { zh: "仅用于案卷", en: "for the case file only" },
  NO_REIDENTIFICATION: { zh: "不得重新识别", en: "no re-identification" },
  NO_RETENTION: { zh: "不得留存", en: "not to be kept" },
  TESTING_ONLY: { zh: "仅用于测试", en: "for testing only" },
};

export const ENTRY = {
  number: { zh: "目录编号", en: "Catalogue number" },
  frequency: { zh: "更新频率", en: "Updated" },
  basis: { zh: "法律依据", en: "Legal basis" },
  policy: { zh: "策略", en: "Policy" },
  digest: { zh: "摘要", en: "Digest" },
  validity: { zh: "有效期", en: "In force" },
  shared: { zh: "共享内容与条件", en: "What is shared, under which conditions" },
  notShared: { zh: "不予共享内容", en: "What is not shared with anybody" },
  nothing: { zh: "不共享任何内容", en: "Nothing is shared" },
  fields: { zh: "字段", en: "Fields" },
  every: { zh: "全部字段", en: "all fields" },
  purposes: { zh: "使用目的", en: "For the purpose of" },
  anyPurpose: { zh: "任何目的", en: "any purpose" },
  scopes: { zh: "另需权限范围", en: "Further scopes" },
  obligations: { zh: "使用义务", en: "Obligations" },
  reason: { zh: "原因", en: "Reason" },
  comma: { zh: "；", en: "; " },
  none: { zh: "无", en: "none" },
} satisfies Record<string, Text>;

export const version = (number: number): Text => ({ zh: `第 ${number} 版`, en: `version ${number}` });

export const FIELDS = {
  field: { zh: "字段", en: "Field" },
  type: { zh: "类型", en: "Type" },
  description: { zh: "说明", en: "Description" },
  scopes: { zh: "权限范围", en: "Scopes" },
  personal: { zh: "个人信息", en: "Personal" },
  takes: { zh: "参数", en: "Takes" },
  values: { zh: "取值", en: "Values" },
  or: { zh: "或", en: "or" },
  noScope: { zh: "无", en: "none" },
  owners: { zh: "提供部门", en: "Provided by" },
  interface: { zh: "接口", en: "Interface" },
  union: { zh: "联合", en: "Union" },
  implements: { zh: "实现", en: "Implements" },
  members: { zh: "成员", en: "Members" },
  entryPoints: { zh: "查询入口", en: "Entry points" },
} satisfies Record<string, Text>;

export const fieldCount = (shown: number, all: number): Text =>
  shown === all
    ? { zh: `${all} 个字段`, en: `${all} field${all === 1 ? "" : "s"}` }
    : { zh: `${all} 个字段中的 ${shown} 个`, en: `${shown} of ${all} fields` };

export const VIEWS: Readonly<Record<string, Text>> = {
  identity: { zh: "企业身份", en: "Identity" },
  credit: { zh: "信用", en: "Credit" },
  filings: { zh: "备案与产品", en: "Filings" },
  clearance: { zh: "通关", en: "Clearance" },
};
export const NO_VIEW: Text = { zh: "其他", en: "Others" };

export const IDENTIFIERS = {
  caption: { zh: "标识符及其格式", en: "Identifiers and their formats" },
  name: { zh: "标识符", en: "Identifier" },
  format: { zh: "格式", en: "Format" },
  specified: { zh: "规范", en: "Specified by" },
  used: { zh: "用于", en: "Used in" },
  unused: { zh: "（不在可见字段中）", en: "(in no field that you see)" },
  more: { zh: "其余", en: "and others" },
} satisfies Record<string, Text>;

export const GRAPH = {
  label: {
    zh: "类型图：可横向滚动，每个方框是到该类型的链接",
    en: "Graph of types: scroll to pan; each box is a link to its type",
  },
  hint: {
    zh: "从左到右是离查询入口的远近，每个色带是一个视图。指向或选中方框，可看清它通向哪里。",
    en: "From left to right by the distance from the entry points, a band for each view. Point at a box, or focus it, to see where it leads.",
  },
  field: { zh: "字段指向", en: "a field leads there" },
  others: { zh: "查询入口与其他", en: "Entry points and others" },
  kinds: { zh: "实现或成员", en: "implementation or member" },
  list: { zh: "以列表显示", en: "The same as a list" },
  leads: { zh: "通向", en: "leads to" },
  nowhere: { zh: "不通向其他类型", en: "leads to no other type" },
  is: { zh: "可以是", en: "may be" },
} satisfies Record<string, Text>;
